# What the scripts that measure brokers with the clients of Apache Kafka share: the load, and what it costs the brokers. Sourced by
# versus-kafka.sh, growth.sh, fan-out.sh and profile.sh. A measure prints a line and adds it to the results (row).
#
# Reads: root (of the project), nodes (1 or 3), work (a directory), results (a file); row also system and round. Brings brokers.sh.
# shellcheck shell=bash disable=SC2154,SC2086

mkdir -p "$work" "$(dirname "$results")"
[ -f "$root/target/millrace.jar" ] || { echo "$(basename "$0"): target/millrace.jar is missing; build it with: mvn -q -DskipTests package" >&2; exit 1; }

CLIENT=$(basename "$0" .sh)
# shellcheck source=scripts/compat/lib.sh
source "$root/scripts/compat/lib.sh"
kafka_libraries=$root/target/compat/kafka-tools-4.3.0
maven_libraries "$kafka_libraries" org.apache.kafka:kafka-tools:4.3.0 org.apache.kafka:kafka_2.13:4.3.0 org.slf4j:slf4j-nop:1.7.36
javac -cp "$kafka_libraries/*" -d "$work/classes" "$root"/scripts/bench/load/*.java
client_java="java -XX:+UseG1GC -cp $work/classes:$kafka_libraries/*"
client="$client_java -Xmx512m"
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
  begin_profile
  before=$(broker_cpu)
  "$@" >"$work/out" 2>"$work/err" || { echo "$(basename "$0"): $* failed: $(tail -n 3 "$work/err" "$work/out")" >&2; exit 1; }
  cpu=$(calculate "$(broker_cpu) - $before")
  end_profile
}
# What may be done while a load runs.
begin_profile() { :; }
end_profile() { :; }
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

# flow CASE TOPIC GROUPS RATE: for 12 seconds, 1 KiB records to each of the groups; OTHER is the brokers' memory.
flow() {
  local in out p50 p99 p999 complete errors
  heat 1.2
  measured $client_java -Xmx1500m Load flow "$bootstrap" "$2" "$3" "$4" 12 1024
  cool
  read -r in out p50 p99 p999 complete errors <<<"$(result)"
  [ "$errors" = 0 ] || echo "$(basename "$0"): $1: $errors records were refused" >&2
  [ "$complete" = "$3/$3" ] || echo "$(basename "$0"): $1: $complete groups got everything; $in MB/s in, $out MB/s out" >&2
  row "$1" "$(calculate "$cpu / ($3 * $4 * 12 * 1024 / 1e9)")" - "$out" "$p50" "$p99" "$p999" "$(broker_mb)"
}

# hold_connections COUNT: that do nothing, until release_connections.
hold_connections() {
  : >"$work/connections"
  exec {held}> >(exec $load connections "$bootstrap" "$1" >"$work/connections" 2>&1)
  holder=$!
  until grep -q '^RESULT' "$work/connections"; do
    kill -0 "$holder" 2>/dev/null || { echo "$(basename "$0"): $(tail -n 1 "$work/connections")" >&2; exit 1; }
    sleep 0.1
  done
}
release_connections() {
  exec {held}>&-
  wait "$holder"
}

# in_turn SYSTEMS: their order in this round; each goes first in every other one.
in_turn() { if ((round % 2)); then echo "$*"; else printf '%s\n' "$@" | tac | xargs; fi; }

# Both get the same values, of letters, some of them more often than once.
for bytes in 1024 100; do
  [ -s "$work/payload-$bytes" ] || awk -v size="$bytes" 'BEGIN { srand(7); for (i = 0; i < 2000; i++) { line = ""; for (j = 0; j < size; j++) line = line sprintf("%c", 65 + int(rand() * 26)); print line } }' >"$work/payload-$bytes"
done
