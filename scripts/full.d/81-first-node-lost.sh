#!/usr/bin/env bash
# The first node, with what it had alone, is lost with its disk after two more have joined under load: nothing acknowledged may be missing,
# neither of before nor of meanwhile, and groups keep their positions. Then the node comes back, empty, and catches up.
#
# Environment: RATE (500) values a second; BASE_PORT (25000).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BASE_PORT=${BASE_PORT:-25000}
# shellcheck source=scripts/lib/local-run.sh
source scripts/lib/local-run.sh

readonly BEFORE=before MEANWHILE=meanwhile

# positions I: the group of before, partition by partition.
positions() {
  scripts/millrace group describe "$BEFORE-group" --output json -b "$(bootstrap "$1")" |
    jq -cS '[.. | objects | select(has("committed")) | {topic, partition, committed}] | sort_by(.topic, .partition)'
}

# Whole last: partitions grow a few at a time, and all may be whole before the next few begin to.
is_grown() {
  cluster_says 2 '(.voters | length) == 3 and (.brokers | length) == 3' &&
    ask 2 "/v1/topics/$BEFORE" | jq -e '[.partitions[].replicas | length] | unique == [3]' >/dev/null &&
    ask 2 "/v1/topics/$MEANWHILE" | jq -e '[.partitions[].replicas | length] | unique == [3]' >/dev/null &&
    ask 2 /v1/topics/__consumer_offsets | jq -e '[.partitions[].replicas | length] | unique == [3]' >/dev/null && is_whole 2
}

# leads_without_first: the two that are left lead everything.
leads_without_first() {
  cluster_says 2 '.offlinePartitionCount == 0 and .controller > 1 and ([.brokers[] | select(.nodeId == 1) | .fenced] == [true])'
}

is_back() {
  is_whole 2 && cluster_says 2 '[.brokers[] | select(.fenced)] == [] and (.voters | length) == 3'
}

require_run
# All seeds are named from the start; the first node is told to found rather than to wait for the others.
echo "127.0.0.1:$(node_port 1 cluster),127.0.0.1:$(node_port 2 cluster),127.0.0.1:$(node_port 3 cluster)" >"$NODES_DIR/seeds"
SETTINGS=(cluster.bootstrap=true)
start_nodes 3 1
SETTINGS=()
TOPICS=("$BEFORE" "$MEANWHILE")
start_load "$BEFORE" "$(bootstrap 1)"
sleep 6
finish "$BEFORE"
committed=$(positions 1)
say "alone: $(shares 1); positions $committed"
[[ $(jq length <<<"$committed") -gt 0 ]] || { say 'the group has no positions'; exit 1; }

start_load "$MEANWHILE" "$(bootstrap 1 2 3)"
start_nodes 3 2 3
await_that 90 'three nodes, everything three times' is_grown
say "$(shares 2)"

kill_node 1
say 'node 1 killed'
# What it had is kept aside, to compare the others with.
mkdir "$NODES_DIR/data-9"
cp -r "$(node_data 1)/$BEFORE-"* "$NODES_DIR/data-9"
rm -rf "$(node_data 1)"
await_that 30 'the others lead everything' leads_without_first
sleep 5
[[ $(positions 2) == "$committed" ]] || { say "positions are now $(positions 2)"; exit 1; }
say 'the group has its positions'

start_nodes 3 1
await_that 90 'node 1 is back, everything three times' is_back
say "$(shares 2)"
finish "$MEANWHILE" 1 2 3
[[ $(positions 1) == "$committed" ]] || { say "positions are now $(positions 1)"; exit 1; }
finish "$BEFORE" 1 2 3 9
[[ $(jq .replicas "$NODES_DIR/$BEFORE.report.json") -eq 24 ]] || { say 'not every copy was compared'; exit 1; }
run_held=yes
