#!/usr/bin/env bash
# The tools of Apache Kafka 4.3.0 that move replicas and elect leaders, against three nodes of this build.
set -euo pipefail
CLIENT=kafka-cluster
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
kafka_tools

export CLUSTER_DIR=$scratch/cluster
export CLUSTER_BASE_PORT=${CLUSTER_BASE_PORT:-$((24000 + RANDOM % 300 * 10))}
# Nothing moves but what the tools move.
export CLUSTER_SETTINGS="cluster.balance.enable=false auto.leader.rebalance.enable=false"
stop_nodes() {
  "$root/scripts/cluster-local.sh" stop >/dev/null 2>&1 || :
  compat_cleanup
}
trap stop_nodes EXIT
"$root/scripts/cluster-local.sh" start 3 >"$scratch/start.log" 2>&1 || compat_fail "three nodes did not start: $(tail -n 5 "$scratch/start.log")"
bootstrap=
for node in 1 2 3; do
  bootstrap=${bootstrap:+$bootstrap,}127.0.0.1:$("$root/scripts/cluster-local.sh" port "$node" kafka)
done

reassign() { tool $T.reassign.ReassignPartitionsCommand --bootstrap-server "$bootstrap" "$@"; }
elect() { tool $T.LeaderElectionCommand --bootstrap-server "$bootstrap" "$@"; }
# until_has PATTERN COMMAND…   asks again until what it says has the pattern
until_has() {
  local pattern=$1 deadline=$((SECONDS + 60))
  shift
  until "$@" >"$scratch/said" 2>&1 && grep -qE -- "$pattern" "$scratch/said"; do
    [ "$SECONDS" -lt "$deadline" ] || { has "$pattern" "$scratch/said"; return 1; }
  done
}
plan() { # plan TOPIC REPLICAS
  printf '{"version":1,"partitions":[{"topic":"%s","partition":0,"replicas":[%s]}]}' "$1" "$2" >"$scratch/plan.json"
}

replication_factor() {
  topics --create --topic factor --partitions 3 --replication-factor 2
  topics --describe --topic factor >"$scratch/described"
  has 'PartitionCount: 3.*ReplicationFactor: 2' "$scratch/described"
}

reassign_tool() {
  topics --create --topic moved --partitions 1 --replication-factor 1
  seq 1 500 | produce --topic moved
  local moved
  for moved in 1,2 2,3 3; do
    plan moved "$moved"
    reassign --reassignment-json-file "$scratch/plan.json" --execute >"$scratch/executed"
    has 'Successfully started partition reassignment' "$scratch/executed"
    until_has 'Reassignment of partition moved-0 is completed' reassign --reassignment-json-file "$scratch/plan.json" --verify --preserve-throttles
    topics --describe --topic moved >"$scratch/described"
    has "Replicas: $moved([^,0-9]|\$)" "$scratch/described"
  done
  reassign --list >"$scratch/list"
  has 'No partition reassignments found' "$scratch/list"
  consume --topic moved --from-beginning --max-messages 500 >"$scratch/read"
  seq 1 500 | cmp - "$scratch/read"
}

election_tool() {
  topics --create --topic elected --partitions 1 --replication-factor 3
  plan elected 3,1,2
  reassign --reassignment-json-file "$scratch/plan.json" --execute >"$scratch/executed"
  elect --topic elected --partition 0 --election-type preferred >"$scratch/elected"
  has 'Successfully completed leader election|Valid replica already elected' "$scratch/elected"
  until_has 'Leader: 3' topics --describe --topic elected
  elect --topic elected --partition 0 --election-type preferred >"$scratch/elected"
  has 'Valid replica already elected' "$scratch/elected"
  elect --all-topic-partitions --election-type preferred >"$scratch/elected"
}

check "topics: a replication factor is kept" replication_factor
check "reassign-partitions: execute, verify, list" reassign_tool
check "leader-election: preferred, one and all partitions" election_tool
compat_end
