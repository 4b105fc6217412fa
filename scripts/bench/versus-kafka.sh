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
#               S1 P1 by the stream protocol, which only this build has   SC SW what S1 wrote, from its start, by TCP and by WebSocket
#               L3 20,000 records/s from when they were due to receipt   F1 F2 10 and 3 MB/s read by 20 groups each   K1 3,000 idle connections
# Three:        start  P1R P3R P1 and P3 with three replicas, two in sync at least, acks=all      C1R what P1R wrote
#               R1 kill -9 of the leader six times: the longest time between two acknowledged records of each
# Environment:  NODES (1; 3 for three brokers each)   ROUNDS (5)   SCALE (1: of the record counts)   RESULTS (target/versus-kafka/results.tsv)
#               FLUSH (async: both leave it to the system when bytes reach the disk; ack: both fsync before they acknowledge)
#
# MB are 10^6 bytes of values. Processor time is of all brokers together, user and system, from the start of the load's JVM to its end.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac

nodes=${NODES:-1}
rounds=${ROUNDS:-5}
scale=${SCALE:-1}
flush=${FLUSH:-async}
work=$root/target/versus-kafka
results=${RESULTS:-$work/results.tsv}
if [ "$nodes" -gt 1 ]; then cases=${*:-start P1R C1R P3R R1}; else cases=${*:-start P1 C1 P2 C2 P3 C3 P4L P4Z P5 S1 SC SW L1 L3 F1 F2 K1}; fi
# shellcheck source=scripts/bench/measure.sh
source "$root/scripts/bench/measure.sh"

# shellcheck source=scripts/bench/cases.sh
source "$root/scripts/bench/cases.sh"

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

echo "# $(date -u +%F) nodes=$nodes scale=$scale flush=$flush cases: $cases" >>"$results"
for ((round = 1; round <= rounds; round++)); do
  for each in $(in_turn kafka millrace); do run_system "$each"; done
done
echo
$load table "$results"
