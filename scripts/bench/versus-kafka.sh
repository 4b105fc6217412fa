#!/usr/bin/env bash
# Measures Apache Kafka 4.3.0 and this build on this machine in turn, with Kafka's own tools and client as the load, and writes a table
# of medians, ranges and ratios. Nothing else should run meanwhile; about ten minutes a round of everything.
#
#   scripts/bench/versus-kafka.sh [CASE...]
#
# One broker:   start  from start to the first Metadata answer, resident memory then
#               P1 1 KiB records, acks=1      P2 100 byte records     P3 six partitions, acks=all, 128 KiB batches
#               P4L P1 with lz4   P4Z with zstd   P5 one record a request, one request at a time, acks=all
#               C1 C2 C3 what P1, P2 and P3 wrote, from its start     L1 one record at a time from send to receipt
#               L3 20,000 records/s from when they were due to receipt   F1 F2 10 and 3 MB/s read by 20 groups each   K1 3,000 idle connections
# Three:        start  P1R P3R P1 and P3 with three replicas, two in sync at least, acks=all      C1R what P1R wrote
#               R1 kill -9 of the leader six times: the longest time between two acknowledged records of each
# Environment:  NODES (1; 3 for three brokers each)   ROUNDS (5)   SCALE (1: of the record counts)   RESULTS (target/versus-kafka/results.tsv)
#
# MB are 10^6 bytes of values. Processor time is of all brokers together, user and system, from the start of the load's JVM to its end.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac

nodes=${NODES:-1}
rounds=${ROUNDS:-5}
scale=${SCALE:-1}
work=$root/target/versus-kafka
results=${RESULTS:-$work/results.tsv}
if [ "$nodes" -gt 1 ]; then cases=${*:-start P1R C1R P3R R1}; else cases=${*:-start P1 C1 P2 C2 P3 C3 P4L P4Z P5 L1 L3 F1 F2 K1}; fi
# shellcheck source=scripts/bench/measure.sh
source "$root/scripts/bench/measure.sh"

records() { awk -v count="$1" -v scale="$scale" 'BEGIN { printf "%d", count * scale }'; }

# paced CASE GROUPS RATE: a flow to a topic of its own.
paced() {
  $load create "$bootstrap" "$1" 1 "$nodes"
  flow "$1" "$1" "$2" "$3"
}

connections() {
  local before
  before=$(broker_mb)
  hold_connections 3000
  row K1 - - - - - - "$(($(broker_mb) - before))"
  release_connections
}

# Of six kills of the leader, the longest times without an acknowledgement.
failover() {
  local i leader longest
  $load create "$bootstrap" failover 1 "$nodes"
  $load failover "$bootstrap" failover 90 >"$work/out" 2>"$work/err" &
  local writer=$!
  sleep 8
  for i in 1 2 3 4 5 6; do
    leader=$($client org.apache.kafka.tools.TopicCommand --bootstrap-server "$bootstrap" --describe --topic failover | sed -n 's/.*Leader: \([0-9]*\).*/\1/p')
    kill -9 "${pids[$leader]}"
    sleep 4
    restart_broker "$system" "$leader"
    sleep 5
  done
  wait "$writer"
  for longest in $(result); do row R1 - - - - - - "$longest"; done
}

run_case() {
  case $1 in
    W0) produce W0 w0 1 "$(records 1000000)" 1024 1.8 acks=1; consume W0C w0 "$(records 1000000)" 1024 ;;
    P1) produce P1 p1 1 "$(records 1500000)" 1024 2.4 acks=1 batch.size=16384 linger.ms=5 ;;
    P2) produce P2 p2 1 "$(records 5000000)" 100 1.4 acks=1 batch.size=16384 linger.ms=5 ;;
    P3) produce P3 p3 6 "$(records 2000000)" 1024 2.9 acks=all batch.size=131072 linger.ms=10 ;;
    P4L) produce P4L p4l 1 "$(records 1500000)" 1024 2.4 acks=1 batch.size=16384 linger.ms=5 compression.type=lz4 ;;
    P4Z) produce P4Z p4z 1 "$(records 1500000)" 1024 2.0 acks=1 batch.size=16384 linger.ms=5 compression.type=zstd ;;
    P5) produce P5 p5 1 "$(records 80000)" 1024 1.0 acks=all enable.idempotence=true max.in.flight.requests.per.connection=1 batch.size=1 linger.ms=0 ;;
    P1R) produce P1R p1r 1 "$(records 800000)" 1024 3.6 acks=all batch.size=16384 linger.ms=5 ;;
    P3R) produce P3R p3r 6 "$(records 1000000)" 1024 4.4 acks=all batch.size=131072 linger.ms=10 ;;
    C1) consume C1 p1 "$(records 1500000)" 1024 ;;
    C2) consume C2 p2 "$(records 5000000)" 100 ;;
    C3) consume C3 p3 "$(records 2000000)" 1024 ;;
    C1R) consume C1R p1r "$(records 800000)" 1024 ;;
    L1)
      $load create "$bootstrap" l1 1 "$nodes"
      heat 0.8
      # shellcheck disable=SC2086  # a list of words
      measured $load ping-pong "$bootstrap" l1 "$(records 10000)" 1024
      cool
      # shellcheck disable=SC2046
      set -- $(result)
      row L1 - "$1" - "$2" "$3" "$4" -
      ;;
    L3) paced L3 1 20000 ;;
    F1) paced F1 20 10000 ;;
    F2) paced F2 20 3000 ;;
    K1) connections ;;
    R1) failover ;;
    *) echo "versus-kafka.sh: there is no case '$1'; --help lists them" >&2; exit 2 ;;
  esac
}

run_system() {
  system=$1
  "start_$system"
  sleep 4
  [[ " $cases " != *' start '* ]] || { row start - - - - - - "$started_ms"; row resident - - - - - - "$(broker_mb)"; }
  local each
  [[ $cases = start ]] || run_case W0
  for each in $cases; do [ "$each" = start ] || run_case "$each"; done
  row 'resident after' - - - - - - "$(broker_mb)"
  stop_brokers
}

echo "# $(date -u +%F) nodes=$nodes scale=$scale cases: $cases" >>"$results"
for ((round = 1; round <= rounds; round++)); do
  for each in $(in_turn kafka millrace); do run_system "$each"; done
done
echo
$load table "$results"
