#!/usr/bin/env bash
# Three processes: a Kafka client and a TCP client send with acks=all, a WebSocket client reads, and leaders and the controller are
# killed in turn and started again, at least FULL_CLUSTER_KILLS times (default 30) and for at least FULL_CLUSTER_SECONDS (300):
# nothing acknowledged may be missing, nothing twice, and the disks must hold the same. Prints the distribution of the gaps.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The jar is what is killed: it has to be of the sources as they are.
if [[ ! -f target/millrace.jar || -n $(find src/main pom.xml -newer target/millrace.jar -print -quit) ]]; then
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} --quiet package -DskipTests
fi
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test-compile \
  failsafe:integration-test@process failsafe:verify -Dit.test=ClusterIT \
  -Dmillrace.cluster.kills="${FULL_CLUSTER_KILLS:-30}" -Dmillrace.cluster.seconds="${FULL_CLUSTER_SECONDS:-300}" \
  -Dtest.timeout.seconds=2700
