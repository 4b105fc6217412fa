#!/usr/bin/env bash
# Stops the simulated machine at every operation of the log's scripted life, with FULL_SIMULATION_SEEDS random losses at
# each (default 200), and goes on from there. A failure names the operation, the loss and the seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test -Dtest=CrashPointSimulationTest \
  -Dmillrace.simulation.seeds="${FULL_SIMULATION_SEEDS:-200}" -Dsurefire.failIfNoSpecifiedTests=false
