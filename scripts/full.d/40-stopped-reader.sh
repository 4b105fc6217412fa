#!/usr/bin/env bash
# A WebSocket consumer reads nothing while FULL_STOPPED_MIB (default 2048) are written and read by another: the broker may grow by less than
# 32 MiB, the other keeps 90 % of its rate alone, and afterwards the first gets every record in order. Prints what was measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ ! -f target/millrace.jar ]]; then
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} --quiet package -DskipTests
fi
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test-compile \
  failsafe:integration-test@process failsafe:verify -Dit.test=StoppedReaderIT \
  -Dmillrace.stopped.mib="${FULL_STOPPED_MIB:-2048}"
