#!/usr/bin/env bash
# Kills the broker FULL_KILLS times (default 50) at random moments while flights are sent and read: nothing acknowledged may
# be missing, nothing twice. It goes in rounds of at most 25 kills, each on new data, and prints the seed of each round's
# moments; FULL_KILLS_SEED=N replays them, the first round's being N.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The jar is what is killed: it has to be of the sources as they are.
if [[ ! -f target/millrace.jar || -n $(find src/main pom.xml -newer target/millrace.jar -print -quit) ]]; then
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} --quiet package -DskipTests
fi

seed=${FULL_KILLS_SEED:-$((RANDOM * 32768 + RANDOM))}
left=${FULL_KILLS:-50}
while ((left > 0)); do
  kills=$((left < 25 ? left : 25))
  echo "kills=$kills seed=$seed"
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test-compile \
    failsafe:integration-test@process failsafe:verify -Dit.test=KillRestartIT \
    -Dmillrace.kills="$kills" -Dmillrace.seed="$seed" -Dtest.timeout.seconds=1800
  left=$((left - kills))
  seed=$((seed + 1))
done
