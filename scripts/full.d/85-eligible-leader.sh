#!/usr/bin/env bash
# Partitions of two replicas, both of which must be in sync, under load: one node is killed, and while the other one leads alone and commits nothing,
# that one is killed as the first comes back. The first leads then though it was out of sync, and nothing acknowledged is missing (KIP-966).
#
# Environment: RATE (500) values a second; BASE_PORT (25000).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BASE_PORT=${BASE_PORT:-25000}
# shellcheck source=scripts/lib/local-run.sh
source scripts/lib/local-run.sh

readonly TOPIC=flights PARTITIONS=12 OUT=2 ALONE=3
SETTINGS=(default.replication.factor=2 cluster.balance.enable=false)

# pairs_are FILTER: whether a jq filter holds of each partition that the two nodes have, and they have some, as node 1 sees it.
pairs_are() {
  ask 1 "/v1/topics/$TOPIC" |
    jq -e "[.partitions[] | select((.replicas | sort) == [$OUT, $ALONE])] | length > 0 and all($1)" >/dev/null 2>&1
}

require_run
start_nodes 3 1 2 3
TOPICS=("$TOPIC")
start_load "$TOPIC" "$(bootstrap 1 2 3)" --partitions "$PARTITIONS" --topic-config min.insync.replicas=2
await_that 60 'three nodes, whole' is_whole 1
say "$TOPIC $(topic_shares 1 "$TOPIC")"

kill_node "$OUT"
await_that 30 "node $ALONE leads alone, node $OUT is eligible" \
  pairs_are ".leader == $ALONE and .inSyncReplicas == [$ALONE] and .eligibleLeaderReplicas == [$OUT]"
kill_node "$ALONE"
start_nodes 3 "$OUT"
await_that 60 "node $OUT leads, node $ALONE is eligible" \
  pairs_are ".leader == $OUT and .inSyncReplicas == [$OUT] and .eligibleLeaderReplicas == [$ALONE]"
start_nodes 3 "$ALONE"
await_that 60 'three nodes, whole' is_whole 1
await_that 5 'nobody is eligible who is not in sync' pairs_are '.eligibleLeaderReplicas == []'
finish "$TOPIC" 1 2 3
run_held=yes
