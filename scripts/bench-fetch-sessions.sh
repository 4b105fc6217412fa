#!/usr/bin/env bash
# Measures what fetch sessions (KIP-227) save: the broker's CPU time while idle Kafka consumers wait, with sessions and without; nothing else
# should run meanwhile.
#   scripts/bench-fetch-sessions.sh [PARTITIONS [CONSUMERS [SECONDS]]]   default 1000 partitions, each read by 10 consumers, for 15 s
# Each consumer is the Java client at its defaults (a fetch waits for 500 ms) and is assigned all partitions; they share one process.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
partitions=${1:-1000}
consumers=${2:-10}
seconds=${3:-15}
[ -f "$root/target/millrace.jar" ] || { echo "target/millrace.jar is missing; build it with: mvn -q -DskipTests package" >&2; exit 1; }
scratch=$(mktemp -d)
pids=()
cleanup() {
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || :
  wait
  rm -rf "$scratch"
}
trap cleanup EXIT
javac -nowarn -cp "$root/target/millrace.jar" -d "$scratch" "$root/scripts/lib/IdleConsumers.java"

ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
await() { # FILE PATTERN PID
  until grep -q "$2" "$1"; do
    kill -0 "$3" || { cat "$1" >&2; exit 1; }
    sleep 0.1
  done
}

# measure LABEL SLOTS
measure() {
  local broker reader before after bootstrap
  "$root/scripts/millrace" serve --data "$scratch/$1" --set kafka.port=0 --set tcp.port=0 --set http.port=0 \
    --set max.incremental.fetch.session.cache.slots="$2" >"$scratch/$1.log" 2>&1 &
  broker=$!
  pids+=("$broker")
  await "$scratch/$1.log" 'ready: ' "$broker"
  bootstrap=$(sed -n 's/.*ready: .*kafka \([^, ]*\).*/\1/p' "$scratch/$1.log" | head -1)
  java -Xmx512m -cp "$scratch:$root/target/millrace.jar" IdleConsumers "$bootstrap" "$partitions" "$consumers" >"$scratch/$1.reader" 2>&1 &
  reader=$!
  pids+=("$reader")
  await "$scratch/$1.reader" '^idle' "$reader"
  sleep 5
  before=$(ticks "$broker")
  sleep "$seconds"
  after=$(ticks "$broker")
  awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" -v c="$consumers" -v l="$1" \
    'BEGIN {printf "%s: %.2f %% of a core for each consumer (%.2f CPU s in %d s of %d consumers)\n", l, 100 * t / hz / s / c, t / hz, s, c}'
  kill "$reader" "$broker"
  wait "$reader" "$broker" 2>/dev/null || :
  pids=()
}

for round in 1 2; do
  measure "without-sessions-$round" 0
  measure "with-sessions-$round" 1000
done
