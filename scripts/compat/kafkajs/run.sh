#!/usr/bin/env bash
# KafkaJS 2.2.4 (npm, pure JavaScript) against a broker of this build, or the one that BOOTSTRAP names.
set -euo pipefail
CLIENT=kafkajs
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kafkajs_modules
compat_start --set log.cleaner.backoff.ms=200 --set log.checkpoint.interval.ms=200
cp "$here/checks.cjs" "$modules/"
# Each has topics and groups of its own and mostly waits. Six at a time: were all started at once, some would be late for their sessions.
for name in $(node "$modules/checks.cjs" --list); do
  start_check "$name" timeout 90 node "$modules/checks.cjs" "$bootstrap" "$name"
  [ ${#started[@]} -lt 6 ] || await_checks
done
await_checks
compat_end
