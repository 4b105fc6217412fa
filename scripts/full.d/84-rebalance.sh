#!/usr/bin/env bash
# With cluster.balance.enable=false two nodes join one under load, and nothing moves to them until "cluster rebalance" is asked for, again and
# again until it says that nothing moves any more: then replicas and leaders are spread, and nothing acknowledged is missing.
#
# Environment: RATE (500) values a second; BASE_PORT (25000).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BASE_PORT=${BASE_PORT:-25000}
# shellcheck source=scripts/lib/local-run.sh
source scripts/lib/local-run.sh

readonly TOPIC=flights PARTITIONS=12
# One replica each, so that there is nothing to add, only to move.
SETTINGS=(cluster.balance.enable=false default.replication.factor=1)

is_spread() {
  is_whole 1 && ask 1 "/v1/topics/$TOPIC" | jq -e '[.partitions[].leader] | group_by(.) | map(length) | . == [4, 4, 4]' >/dev/null
}

require_run
start_nodes 1 1
TOPICS=("$TOPIC")
start_load "$TOPIC" "$(bootstrap 1 2 3)" --partitions "$PARTITIONS"
start_nodes 1 2 3
sleep 5
say "joined: $(shares 1); $TOPIC $(topic_shares 1 "$TOPIC")"
[[ $(topic_shares 1 "$TOPIC") == "{\"leads\":{\"1\":$PARTITIONS},\"replicas\":{\"1\":$PARTITIONS}}" ]] || { say 'partitions moved by themselves'; exit 1; }

for ((asked = 1; asked <= 20; asked++)); do
  answer=$(scripts/millrace cluster rebalance -b "$(bootstrap 1)")
  say "asked: $answer"
  await_that 60 'whole' is_whole 1
  [[ $answer != 'partitions that move: 0' ]] || break
done
await_that 60 'each node leads a third' is_spread
say "$(shares 1); $TOPIC $(topic_shares 1 "$TOPIC")"
finish "$TOPIC" 1 2 3
run_held=yes
