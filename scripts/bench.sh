#!/usr/bin/env bash
# Measures a broker of its own on this machine with 'millrace bench' and prints one line a run; nothing else should run meanwhile.
#   scripts/bench.sh [ROUNDS]      rounds of every case (default 3); about three minutes each
# A line: case, records/s, MB/s (10^6 bytes of values), broker CPU seconds per GB, broker resident MB. Of the fan-out: deliveries/s, how many were lost
# or came twice, latency in ms (p50, p99, p99.9, max), CPU seconds per million deliveries of the broker and of the consumers, broker resident MB.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
rounds=${1:-3}

work=$(mktemp -d)
broker=
stop() {
  [ -z "$broker" ] || { kill "$broker" 2>/dev/null && wait "$broker" 2>/dev/null; } || :
  rm -rf "$work"
}
trap stop EXIT

now_ms() { echo $(($(date +%s%N) / 1000000)); }
resident_mb() { awk '/^VmRSS/ { printf "%d", $2 / 1000 }' "/proc/$1/status"; }

start() {
  local begun
  begun=$(now_ms)
  scripts/millrace serve --data "$work/data" --set tcp.port=0 --set http.port=0 >"$work/broker.log" 2>&1 &
  broker=$!
  until grep -q 'ready: tcp' "$work/broker.log"; do
    kill -0 "$broker" || { cat "$work/broker.log" >&2; exit 1; }
    sleep 0.01
  done
  started_ms=$(($(now_ms) - begun))
  tcp=$(sed -n 's/.*ready: tcp \([^,]*\), http .*/\1/p' "$work/broker.log")
  http=$(sed -n 's/.*ready: tcp [^,]*, http \([^, ]*\).*/\1/p' "$work/broker.log")
}

# bench CASE ARGUMENTS...: one run, one line.
bench() {
  local name=$1 result
  shift
  result=$(scripts/millrace bench "$@" --bootstrap-server "$tcp" --broker-pid "$broker" --output json)
  printf '%-28s %s\n' "$name" "$(sed -E 's/.*"recordsPerSecond":([0-9.E]+).*"megabytesPerSecond":([0-9.E]+).*"brokerCpuSecondsPerGigabyte":([0-9.E-]+),"brokerResidentBytes":([0-9]+).*/\1 \2 \3 \4/' <<<"$result" |
    awk '{ printf "%12.0f records/s %8.1f MB/s %6.2f CPU s/GB %5d MB", $1, $2, $3, $4 / 1e6 }')"
}

# field NAME JSON: a number of a result.
field() { sed -E "s/.*\"$1\":([0-9.E-]+).*/\1/" <<<"$2"; }

# fanout CASE ARGUMENTS...: one run, one line; ends the script if anything was lost.
fanout() {
  local name=$1 result millions
  shift
  result=$(scripts/millrace bench fanout "$@" --bootstrap-server "$tcp" --http "$http" --broker-pid "$broker" --output json) ||
    { echo "$name: $result" >&2; return 1; }
  millions=$(awk "BEGIN { print $(field deliveries "$result") / 1e6 }")
  printf '%-28s %s\n' "$name" "$(awk "BEGIN {
    printf \"%9.0f deliveries/s, lost %d, twice %d, ms %.1f %.1f %.1f %.1f, CPU s/M %.2f and %.2f, %d MB\",
      $(field deliveriesPerSecond "$result"), $(field lost "$result"), $(field repeated "$result"),
      $(field p50 "$result"), $(field p99 "$result"), $(field p999 "$result"), $(field max "$result"),
      $(field brokerCpuSecondsPerMillion "$result"), $(field clientCpuSeconds "$result") / $millions,
      $(field brokerResidentBytes "$result") / 1e6 }")"
}

start
sleep 3
echo "start to ready: $started_ms ms; idle resident: $(resident_mb "$broker") MB"
for topic in large small; do
  scripts/millrace topic create "$topic" --bootstrap-server "$tcp" >/dev/null
done
for round in $(seq "$rounds"); do
  bench "produce 1 KiB, acks=1 ($round)" produce large --record-size 1024 --batch-size 16384 --acks 1 --records 2000000 --warm-up 300000
  bench "produce 100 B, acks=1 ($round)" produce small --record-size 100 --batch-size 16384 --acks 1 --records 6000000 --warm-up 1000000
  bench "consume 1 KiB ($round)" consume large --records 2000000 --warm-up 200000
done
for round in $(seq "$rounds"); do
  fanout "1,000 x 100/s JSON ($round)" --consumers 1000 --rate 100 --seconds 30
  fanout "1,000 x 1,000/s JSON ($round)" --consumers 1000 --rate 1000 --seconds 20
  fanout "1,000 x 100/s Avro ($round)" --consumers 1000 --rate 100 --seconds 20 --format avro
done
echo "resident after load: $(resident_mb "$broker") MB"
for round in $(seq "$rounds"); do
  kill "$broker"
  wait "$broker" || :
  start
  echo "start to ready, with data ($round): $started_ms ms"
done
