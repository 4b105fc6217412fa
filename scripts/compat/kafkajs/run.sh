#!/usr/bin/env bash
# KafkaJS 2.2.4 (npm, pure JavaScript) against a broker of this build, or the one that BOOTSTRAP names.
set -euo pipefail
CLIENT=kafkajs
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
command -v npm >/dev/null || compat_fail "no npm on the PATH; install Node.js 18 or newer"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
modules=$root/target/compat/kafkajs
if [ ! -d "$modules/node_modules/kafkajs" ]; then
  mkdir -p "$modules"
  cp "$here/package.json" "$modules/"
  (cd "$modules" && npm install --silent --no-package-lock --no-audit --no-fund) || compat_fail "npm could not fetch kafkajs"
fi
compat_start
cp "$here/checks.cjs" "$modules/"
for name in $(node "$modules/checks.cjs" --list); do
  check "$name" timeout 90 node "$modules/checks.cjs" "$bootstrap" "$name"
done
compat_end
