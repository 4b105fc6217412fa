#!/usr/bin/env bash
# Stops the simulated machine at every operation of the log's scripted life, with FULL_SIMULATION_SEEDS random losses at
# each (default 200), and goes on from there; compaction's and the metadata log's, too. A failure names the operation, the loss and the seed.
# Members of a cluster's metadata log crash, are cut off and change in as many seeded runs.
# Then it leaves out each sync in the code in turn, and searches as long for a promise that this breaks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# One JVM runs all of it: its limit is only there to end one that hangs.
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test -Dtest='CrashPointSimulationTest,CompactionCrashSimulationTest,CrashTest,RaftCrashTest,RaftSimulationTest' \
  -Dmillrace.simulation.seeds="${FULL_SIMULATION_SEEDS:-200}" -Dtest.timeout.seconds=28800 -Djunit.jupiter.execution.timeout.test.method.default="8 h"
