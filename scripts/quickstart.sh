#!/usr/bin/env bash
# From nothing to a running stream: checks for Java and Maven, builds the jar if it is missing or old, starts a broker, sends
# 20,000 flights by TCP while a WebSocket consumer reads them as they arrive, and compares every byte.
#   scripts/quickstart.sh [--keep]      --keep leaves the broker and its data for you to play with
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

keep=no
case "${1:-}" in
  "") ;;
  --keep) keep=yes ;;
  *) sed -n '2,4p' "$0" | cut -c3- ; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }
fail() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

need_java() {
  local java=java version
  [ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
  command -v "$java" >/dev/null || fail "no java found. Install a JDK 17 or newer (Debian: apt-get install openjdk-17-jdk) or set JAVA_HOME."
  version=$("$java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 17 ] || fail "$java is version ${version:-unknown}; a JDK 17 or newer is needed. Set JAVA_HOME to one."
}

build_if_needed() {
  if [ -f target/millrace.jar ] && [ -z "$(find src/main pom.xml -newer target/millrace.jar -type f | head -1)" ]; then
    return
  fi
  command -v mvn >/dev/null || fail "no mvn found. Install Maven 3.8 or newer (Debian: apt-get install maven)."
  say "Building target/millrace.jar (a few minutes the first time, while Maven fetches what it needs) ..."
  mvn -B -q -DskipTests package || fail "the build failed; its messages are above."
}

work=$(mktemp -d)
broker=
consumer=
stop_all() {
  [ -z "$consumer" ] || kill "$consumer" 2>/dev/null || :
  if [ -n "$broker" ] && kill -0 "$broker" 2>/dev/null; then
    kill "$broker"
    wait "$broker" 2>/dev/null || :
  fi
  rm -rf "$work"
}
trap stop_all EXIT

start_broker() {
  local deadline=$((SECONDS + 60))
  scripts/millrace serve --data "$work/data" --set tcp.port=0 --set http.port=0 >"$work/broker.log" 2>&1 &
  broker=$!
  until grep -q 'ready: tcp' "$work/broker.log"; do
    kill -0 "$broker" 2>/dev/null || fail "the broker did not start: $(tail -n 3 "$work/broker.log")"
    [ "$SECONDS" -lt "$deadline" ] || fail "the broker is not ready after 60 s: $(tail -n 3 "$work/broker.log")"
    sleep 0.1
  done
  tcp=$(sed -n 's/.*ready: tcp \([^,]*\), http .*/\1/p' "$work/broker.log")
  http=$(sed -n 's/.*, http \([^, ]*\).*/\1/p' "$work/broker.log" | head -1)
}

# Lines grouped by airport, in order within each airport: equal for two files exactly if no byte and no order per key differs.
by_airport() { awk -F'"origin":"' '{ split($2, rest, "\""); print rest[1] "\t" $0 }' "$1" | LC_ALL=C sort -s -t "$(printf '\t')" -k1,1 | cut -f2-; }

need_java
build_if_needed
gunzip -c data/flights.ndjson.gz >"$work/sent.ndjson"
count=$(wc -l <"$work/sent.ndjson")

start_broker
say "1. A broker runs: TCP on $tcp, HTTP and WebSocket on $http, data in $work/data"

scripts/millrace topic create flights --partitions 6 --bootstrap-server "$tcp" >/dev/null
say "2. Topic 'flights' with 6 partitions is there."

scripts/millrace consume flights --via websocket --bootstrap-server "$http" --from earliest --max "$count" --format raw >"$work/read.ndjson" 2>"$work/consumer.log" &
consumer=$!
started=$(date +%s%N)
scripts/millrace produce flights --key-field origin --acks all --bootstrap-server "$tcp" "$work/sent.ndjson" >"$work/producer.log" 2>&1 || fail "the producer failed: $(cat "$work/producer.log")"
say "3. Sent $count flights by TCP, keyed by airport, every one acknowledged. A WebSocket consumer was reading meanwhile."

wait "$consumer" || fail "the consumer failed: $(cat "$work/consumer.log")"
consumer=
took=$((($(date +%s%N) - started) / 1000000))
by_airport "$work/sent.ndjson" >"$work/sent.sorted"
by_airport "$work/read.ndjson" >"$work/read.sorted"
cmp "$work/sent.sorted" "$work/read.sorted" || fail "what came back differs from what was sent"
say "4. All $count came back ($(wc -c <"$work/read.ndjson") bytes, equal byte for byte, in order per airport), ${took} ms after the first was sent, two Java starts included."
say ""
if [ "$keep" = yes ]; then
  trap - EXIT
  say "The broker goes on (pid $broker). Go on with:"
  say "  open http://$http/ in a browser"
  say "  scripts/millrace topic list --bootstrap-server $tcp"
  say "  scripts/millrace consume flights --from earliest --max 3 --bootstrap-server $tcp"
  say "  kill $broker; rm -r $work        when you have seen enough"
else
  say "Everything is stopped and removed. To go on: scripts/quickstart.sh --keep, or scripts/millrace serve"
fi
