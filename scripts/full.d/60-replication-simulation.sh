#!/usr/bin/env bash
# Takes replicas of a partition through FULL_REPLICATION_SEEDS simulated courses (default 20000): nodes that are killed, lose
# their power or stand still, cut links, lost, doubled and late messages. A failure names its seed. Then each of the mistakes in
# ReplicationMutationSimulationTest is made in the program in turn, and must be found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# One JVM runs all of it: its limit is only there to end one that hangs.
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test -Dtest='ReplicationSimulationTest,ReplicationMutationSimulationTest' \
  -Dmillrace.replication.seeds="${FULL_REPLICATION_SEEDS:-20000}" -Dtest.timeout.seconds=28800 -Djunit.jupiter.execution.timeout.test.method.default="8 h"
