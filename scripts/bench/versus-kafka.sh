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
mkdir -p "$work" "$(dirname "$results")"
[ -f "$root/target/millrace.jar" ] || { echo "versus-kafka.sh: target/millrace.jar is missing; build it with: mvn -q -DskipTests package" >&2; exit 1; }

CLIENT=versus-kafka
# shellcheck source=scripts/compat/lib.sh
source "$root/scripts/compat/lib.sh"
kafka_libraries=$root/target/compat/kafka-tools-4.3.0
maven_libraries "$kafka_libraries" org.apache.kafka:kafka-tools:4.3.0 org.apache.kafka:kafka_2.13:4.3.0 org.slf4j:slf4j-nop:1.7.36
javac -cp "$kafka_libraries/*" -d "$work/classes" "$root"/scripts/bench/load/*.java
client="java -Xmx512m -XX:+UseG1GC -cp $work/classes:$kafka_libraries/*"
load="$client Load"
# shellcheck source=scripts/bench/brokers.sh
source "$root/scripts/bench/brokers.sh"
warm=
if command -v gcc >/dev/null && gcc -O2 -o "$work/warm-memory" "$root/scripts/bench/load/warm-memory.c"; then warm=$work/warm-memory; fi

finish() {
  cool
  stop_brokers
  compat_cleanup
}
trap finish EXIT

warmer=
heat() {
  [ -n "$warm" ] || return 0
  coproc WARM { exec "$warm" "$1"; }
  warmer=$WARM_PID
  local line
  read -r line <&"${WARM[0]}"
}
cool() {
  [ -z "$warmer" ] || { kill "$warmer"; wait "$warmer"; } 2>/dev/null || :
  warmer=
}

ticks=$(getconf CLK_TCK)
broker_cpu() {
  local pid
  for pid in "${pids[@]}"; do cat "/proc/$pid/stat"; done | awk -v hz="$ticks" '{ all += $14 + $15 } END { printf "%.2f", all / hz }'
}
broker_mb() {
  local pid
  for pid in "${pids[@]}"; do grep VmRSS "/proc/$pid/status"; done | awk '{ all += $2 } END { printf "%.0f", all / 1000 }'
}
records() { awk -v count="$1" -v scale="$scale" 'BEGIN { printf "%d", count * scale }'; }
calculate() { awk "BEGIN { printf \"%.4f\", $1 }"; }

# row CASE CPU_S_PER_GB RECORDS_S MB_S P50 P99 P999 OTHER: a line of the results.
row() {
  local IFS=$'\t'
  printf '%s\n' "$system"$'\t'"$round"$'\t'"$*" >>"$results"
  IFS=' '
  printf '%-9s %2d  %-7s %8s CPU s/GB %10s records/s %8s MB/s  ms %s %s %s  %s\n' "$system" "$round" "$@"
}

# measured COMMAND...: its output in $work/out; sets cpu, the brokers' seconds meanwhile.
measured() {
  local before
  before=$(broker_cpu)
  "$@" >"$work/out" 2>"$work/err" || { echo "versus-kafka.sh: $* failed: $(tail -n 3 "$work/err" "$work/out")" >&2; exit 1; }
  cpu=$(calculate "$(broker_cpu) - $before")
}
result() { sed -n 's/^RESULT //p' "$work/out"; }

# produce CASE TOPIC PARTITIONS RECORDS SIZE WARM_GB SETTING...
produce() {
  local name=$1 topic=$2 partitions=$3 count=$4 size=$5 memory=$6 line rate
  shift 6
  $load create "$bootstrap" "$topic" "$partitions" "$nodes"
  heat "$memory"
  measured $client org.apache.kafka.tools.ProducerPerformance --bootstrap-server "$bootstrap" --topic "$topic" --num-records "$count" \
    --payload-file "$work/payload-$size" --throughput -1 --command-property "$@"
  cool
  line=$(grep '99.9th' "$work/out" | tail -n 1)
  rate=$(sed -E 's/.*sent, ([0-9.]+) records.*/\1/' <<<"$line")
  # shellcheck disable=SC2046
  row "$name" "$(calculate "$cpu / ($count * $size / 1e9)")" "$rate" "$(calculate "$rate * $size / 1e6")" \
    $(sed -E 's/.* ([0-9]+) ms 50th.* ([0-9]+) ms 99th, ([0-9]+) ms 99.9th.*/\1 \2 \3/' <<<"$line") -
}

# consume CASE TOPIC RECORDS SIZE
consume() {
  local line rate
  heat 0.7
  measured $client org.apache.kafka.tools.ConsumerPerformance --bootstrap-server "$bootstrap" --topic "$2" --num-records "$3" --hide-header
  cool
  line=$(grep -E '^[0-9]{4}-' "$work/out" | tail -n 1)
  rate=$(cut -d, -f10 <<<"$line" | tr -d ' ')
  row "$1" "$(calculate "$cpu / ($3 * $4 / 1e9)")" "$rate" "$(calculate "$rate * $4 / 1e6")" - - - -
}

# flow CASE GROUPS RATE: for 12 seconds, 1 KiB records.
flow() {
  local in out p50 p99 p999 complete errors
  $load create "$bootstrap" "$1" 1 "$nodes"
  heat 1.2
  measured java -Xmx1500m -XX:+UseG1GC -cp "$work/classes:$kafka_libraries/*" Load flow "$bootstrap" "$1" "$2" "$3" 12 1024
  cool
  read -r in out p50 p99 p999 complete errors <<<"$(result)"
  [ "$errors" = 0 ] || echo "versus-kafka.sh: $1: $errors records were refused" >&2
  [ "$complete" = "$2/$2" ] || echo "versus-kafka.sh: $1: $complete groups got everything; $in MB/s in, $out MB/s out" >&2
  row "$1" "$(calculate "$cpu / ($2 * $3 * 12 * 1024 / 1e9)")" - "$out" "$p50" "$p99" "$p999" -
}

connections() {
  local before
  before=$(broker_mb)
  coproc HOLD { $load connections "$bootstrap" 3000 2>&1; }
  local line holder=$HOLD_PID
  read -r line <&"${HOLD[0]}"
  [[ $line == RESULT* ]] || { echo "versus-kafka.sh: $line" >&2; exit 1; }
  row K1 - - - - - - "$(($(broker_mb) - before))"
  eval "exec ${HOLD[1]}>&-"
  wait "$holder"
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
      measured $load ping-pong "$bootstrap" l1 "$(records 10000)" 1024
      cool
      # shellcheck disable=SC2046
      set -- $(result)
      row L1 - "$1" - "$2" "$3" "$4" -
      ;;
    L3) flow L3 1 20000 ;;
    F1) flow F1 20 10000 ;;
    F2) flow F2 20 3000 ;;
    K1) connections ;;
    R1) failover ;;
    *) echo "versus-kafka.sh: there is no case '$1'; --help lists them" >&2; exit 2 ;;
  esac
}

# Both get the same values, of letters, some of them more often than once.
for size in 1024 100; do
  [ -s "$work/payload-$size" ] || awk -v size="$size" 'BEGIN { srand(7); for (i = 0; i < 2000; i++) { line = ""; for (j = 0; j < size; j++) line = line sprintf("%c", 65 + int(rand() * 26)); print line } }' >"$work/payload-$size"
done

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
  # Each goes first in every other round.
  if ((round % 2)); then order='kafka millrace'; else order='millrace kafka'; fi
  for each in $order; do run_system "$each"; done
done
echo
$load table "$results"
