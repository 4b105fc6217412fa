#!/usr/bin/env bash
# Kills the broker FULL_KILLS times (default 50) at random moments while flights are sent and read: nothing acknowledged may
# be missing, nothing twice. Prints the seed of the moments; FULL_KILLS_SEED=N replays them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ ! -f target/millrace.jar ]]; then
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} --quiet package -DskipTests
fi
seed=${FULL_KILLS_SEED:-$((RANDOM * 32768 + RANDOM))}
echo "kills=${FULL_KILLS:-50} seed=$seed"
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test-compile \
  failsafe:integration-test@integration failsafe:verify -Dit.test=KillRestartIT \
  -Dmillrace.kills="${FULL_KILLS:-50}" -Dmillrace.seed="$seed"
