#!/usr/bin/env bash
# Takes a whole cluster (replication, in-sync replicas, elections, leases, the metadata log) through FULL_CLUSTER_SEEDS simulated courses
# (default 20000): nodes that are killed, lose their power, stand still or stop, links that are cut or stand still, lost, doubled and late messages.
# A failure names its seed. Then each of the mistakes in ClusterMutationSimulationTest is made in the program in turn, and must be found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# One JVM runs all of it: its limit is only there to end one that hangs.
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test -Dtest='ClusterSimulationTest,ClusterMutationSimulationTest' \
  -Dmillrace.cluster.seeds="${FULL_CLUSTER_SEEDS:-20000}" -Dmillrace.cluster.mutant.search=true -Dmillrace.cluster.mutant.seeds=7000 \
  -Dtest.timeout.seconds=28800 -Djunit.jupiter.execution.timeout.test.method.default="8 h"
