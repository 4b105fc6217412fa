#!/usr/bin/env bash
# Lets every fuzzer search for longer: FULL_FUZZ_SECONDS each (default 120). What it finds is kept as a
# seed in src/test/resources. Its inputs are kept in .cifuzz-corpus, so that the next run goes on from there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${FULL_FUZZ_SECONDS:-120}
# Each fuzzer has a JVM of its own, which also has to start and to replay its seeds.
# shellcheck disable=SC2086
mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} test-compile \
  failsafe:integration-test@fuzz failsafe:verify -Pfuzz -Dfuzz.seconds="$seconds" \
  -Dfuzz.jvm.arguments= -Dtest.timeout.seconds=$((seconds + 600))
