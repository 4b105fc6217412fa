#!/usr/bin/env bash
# Every check with clients that others wrote: kcat, KafkaJS, Apache Kafka's Java client of three releases, its tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ ! -f target/millrace.jar ]]; then
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} --quiet package -DskipTests
fi
scripts/compat/run.sh all
