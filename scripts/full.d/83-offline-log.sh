#!/usr/bin/env bash
# A node on which the log of one partition cannot be opened, under load: the others go on with it, the node goes out of its in-sync replicas
# and serves everything else; after all nodes were killed at once it leads nothing of it; once the directory is away it fills it again.
# And what the others' logs say while a node is away: one line, and one when it is back, and no stack trace for each try to reach it.
#
# Environment: RATE (500) values a second; BASE_PORT (25000).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BASE_PORT=${BASE_PORT:-25000}
# shellcheck source=scripts/lib/local-run.sh
source scripts/lib/local-run.sh

readonly TOPIC=flights PARTITION=0 LAG_MS=4000
SETTINGS=("replica.lag.time.max.ms=$LAG_MS")

# ruined I: what says of which topic and partition a log is.
ruined() { echo "$(node_data "$1")/$TOPIC-$PARTITION/partition.meta"; }

# partition_says I FILTER: whether a jq filter holds of the partition as node I sees it.
partition_says() { ask "$1" "/v1/topics/$TOPIC" | jq -e ".partitions[$PARTITION] | $2" >/dev/null 2>&1; }

# is_without_first: node 1 has no part in the partition, and leads others.
is_without_first() {
  partition_says 2 '(.inSyncReplicas | sort) == [2, 3] and .leader != 1' &&
    cluster_says 2 '.offlinePartitionCount == 0 and ([.brokers[] | select(.fenced)] == []) and .underReplicatedPartitionCount == 1'
}

# offline_replicas I: its meter.
offline_replicas() { ask "$1" /metrics | awk '/^millrace_replica_offline_replicas/ { print $2 + 0 }'; }

# since LINE I PATTERN: how often a pattern is in the log of node I behind a line.
since() { tail -n +"$(($1 + 1))" "$NODES_DIR/$2.log" | grep -c -- "$3" || :; }
lines() { wc -l <"$NODES_DIR/$1.log"; }

expect() { [[ $1 == "$2" ]] || { say "NOT SEEN: $3: $1, expected $2"; exit 1; }; }

require_run
start_nodes 3 1 2 3
TOPICS=("$TOPIC")
start_load "$TOPIC" "$(bootstrap 1 2 3)" --partitions 6
await_that 60 'three nodes, whole' is_whole 2

declare -A before
for i in 2 3; do before[$i]=$(lines "$i"); done
kill_node 1
echo 'of something else' >"$(ruined 1)"
await_that 30 'the others lead everything' cluster_says 2 '.offlinePartitionCount == 0 and ([.brokers[] | select(.fenced) | .nodeId] == [1])'
start_nodes 3 1
await_that 60 'node 1 is back, without one partition' is_without_first
expect "$(offline_replicas 1)" 1 "the meter of offline replicas"
expect "$(since 0 1 'offline replica, its log cannot be opened')" 1 'one line about it'
for i in 2 3; do
  say "node $i meanwhile: $(since "${before[$i]}" "$i" 'node cannot be reached') line about the lost node, $(since "${before[$i]}" "$i" 'node is reached again') that it is back, $(since "${before[$i]}" "$i" $'^\tat ') of stack traces"
  expect "$(since "${before[$i]}" "$i" 'node cannot be reached')" 1 "one line of node $i about the lost one"
  # Hazelcast shows the first line of each of its two connections that were lost.
  [[ $(since "${before[$i]}" "$i" $'^\tat ') -le 4 ]] || { say "node $i has stack traces"; exit 1; }
done

for i in 1 2 3; do signal_node "$i" KILL; done
for i in 1 2 3; do await_end "$i" 10; done
start_nodes 3 1 2 3
await_that 60 'all killed and started: node 1 is without the partition' is_without_first

stop_node 1
rm -r "$(node_data 1)/$TOPIC-$PARTITION"
start_nodes 3 1
await_that 60 'its directory deleted and the node started: whole' is_whole 2
expect "$(offline_replicas 1)" 0 "the meter of offline replicas"
finish "$TOPIC" 1 2 3
run_held=yes
