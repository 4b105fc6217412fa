#!/usr/bin/env bash
# Growth: one node, then three, then five, each by being started while clients send, follow and share a group; then two are drained, the
# founder among them, and stopped for good, and a node that is left is started again. Partitions, leaders and voters have to move by
# themselves; no client is started again; nothing acknowledged may be missing, and the disks must hold the same.
#
# Environment: RATE (500) values a second; BASE_PORT (25000); GROWTH_DRAINED ("1 4"): the two to be drained.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BASE_PORT=${BASE_PORT:-25000}
# shellcheck source=scripts/lib/local-run.sh
source scripts/lib/local-run.sh

readonly TOPIC=growth PARTITIONS=12
read -r -a drained <<<"${GROWTH_DRAINED:-1 4}"
left=()
for i in 1 2 3 4 5; do [[ " ${drained[*]} " == *" $i "* ]] || left+=("$i"); done

# is_spread NODES VOTERS: node 5's, or node 3's, or node 1's sight of a cluster of so many nodes that is at rest: each leads, and none
# has many more replicas than another, in all and of the topic.
is_spread() {
  local from=1
  cluster_says "$from" "(.voters | length) == $2 and (.brokers | length) == $1
      and ([.brokers[].replicas] | max - min) <= 1 and ([.brokers[].leads] | max - min) <= 4" &&
    ask "$from" "/v1/topics/$TOPIC" | jq -e "[.partitions[].replicas | length] == [range($PARTITIONS) | ([3, $1] | min)]
      and ([.partitions[].replicas[]] | group_by(.) | length) == $1
      and ([.partitions[].leader] | unique | length) == $1" >/dev/null && is_whole "$from"
}

# is_drained: the drained nodes have nothing, and vote no more.
is_drained() {
  is_whole "${left[0]}" &&
    cluster_says "${left[0]}" "[.brokers[] | select(.draining) | .replicas] == [0, 0]
      and .voters == [$(IFS=,; echo "${left[*]}")]"
}

has_voters() { cluster_says "$1" ".controller >= 0 and (.voters | length) == $2"; }

add_nodes() {
  local i
  start_nodes 1 "$@"
  say "started: node $*"
}

require_run
add_nodes 1
TOPICS=("$TOPIC")
start_load "$TOPIC" "$(bootstrap 1 2 3 4 5)" --partitions "$PARTITIONS"
say "clients under way; $(shares 1)"

add_nodes 2 3
await_that 90 'three nodes, spread' is_spread 3 3
say "$(shares 1); $TOPIC $(topic_shares 1 "$TOPIC")"

add_nodes 4 5
await_that 90 'five nodes, spread' is_spread 5 5
say "$(shares 1); $TOPIC $(topic_shares 1 "$TOPIC")"

for i in "${drained[@]}"; do say "$(scripts/millrace cluster drain "$i" -b "$(bootstrap "${left[@]}")")"; done
await_that 90 "drained: ${drained[*]}" is_drained
say "$(shares "${left[0]}"); $TOPIC $(topic_shares "${left[0]}" "$TOPIC")"
for i in "${drained[@]}"; do
  stop_node "$i"
  ! compgen -G "$(node_data "$i")/$TOPIC-*" >/dev/null || { say "node $i still has partitions"; exit 1; }
done
say "stopped for good: ${drained[*]}"

# The seed that all nodes were given may be gone by now: who has been one of the cluster does not need it.
stop_node "${left[1]}"
add_nodes "${left[1]}"
await_that 60 'three nodes, whole' is_whole "${left[0]}"
await_that 30 'and three voters' has_voters "${left[0]}" 3
finish "$TOPIC" "${left[@]}"
run_held=yes
