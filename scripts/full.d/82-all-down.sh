#!/usr/bin/env bash
# Three nodes, all killed at once under load and started again, then all stopped cleanly and started again: complete, and back within
# ALL_DOWN_LIMIT_MS (20000) from the first start to the first acknowledgement.
#
# Environment: RATE (500) values a second; BASE_PORT (25000).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BASE_PORT=${BASE_PORT:-25000}
# shellcheck source=scripts/lib/local-run.sh
source scripts/lib/local-run.sh

readonly TOPIC=all-down NODES=(1 2 3)
limit_ms=${ALL_DOWN_LIMIT_MS:-20000}

now_ms() { date +%s%3N; }

# all_up WHAT: starts all that are down, and says when values were acknowledged again and when everything was whole.
all_up() {
  local i before began ready took
  before=$(acknowledged "$TOPIC")
  began=$(now_ms)
  start_nodes 3 "${NODES[@]}"
  ready=$(($(now_ms) - began))
  until [[ $(acknowledged "$TOPIC") -gt $before ]]; do
    took=$(($(now_ms) - began))
    [[ $took -lt 60000 ]] || { say "$1: nothing acknowledged within $took ms"; return 1; }
    sleep 0.1
  done
  took=$(($(now_ms) - began))
  say "$1: all ready after $ready ms, acknowledged again after $took ms"
  await_that 60 'everything whole' is_whole 1
  [[ $took -le $limit_ms ]] || late="$late, $1 $took ms"
}

require_run
late=
start_nodes 3 "${NODES[@]}"
TOPICS=("$TOPIC")
start_load "$TOPIC" "$(bootstrap 1 2 3)"
await_that 60 'everything whole' is_whole 1

for i in "${NODES[@]}"; do signal_node "$i" KILL; done
for i in "${NODES[@]}"; do await_end "$i" 10; done
say 'all killed'
all_up 'after kill -9 of all'
sleep 5

for i in "${NODES[@]}"; do signal_node "$i" TERM; done
for i in "${NODES[@]}"; do await_end "$i" 30 || { say "node $i does not stop"; exit 1; }; done
say 'all stopped'
all_up 'after a clean stop of all'

finish "$TOPIC" 1 2 3
[[ -z $late ]] || { say "later than $limit_ms ms: ${late#, }"; exit 1; }
run_held=yes
