#!/usr/bin/env bash
# Measures how the same events reach many WebSocket consumers through NATS (Debian's nats-server, which is installed if it is not there)
# and through this build. Nothing else should run meanwhile; about two minutes a round of everything.
#
#   scripts/bench/fan-out.sh [CONSUMERS...]      by default 1000 and 5000
#
# Systems:      nats           subscribers of a subject that a JetStream stream stores in files and acknowledges
#               jetstream      push consumers of that stream, which can be told to begin at any of its messages
#               millrace       binary frames of whole batches (millrace.avro.v1), from the topic's end on
#               millrace-json  text frames (millrace.json.v1)
# The load:     "millrace bench fanout" writes one event after the other, each when it is due, and reads by all consumers in one thread, for all systems
# Figures:      CPU seconds (user and system) of the server per GB of values delivered, deliveries/s, MB/s delivered, latency in ms from when an event was
#               due until a consumer had read it (p50, p99, p99.9), resident MB of the server at the end
# Environment:  SYSTEMS (all)   ROUNDS (3)   RATE (50 events/s)   SIZE (256 bytes)   SECONDS_EACH (20)   RESULTS (target/fan-out/results.tsv)
#
# A server starts with empty data for each number of consumers; 5 s of the load do not count. What was lost or repeated is said, and ends nothing.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac

counts=${*:-1000 5000}
nodes=1
work=$root/target/fan-out
results=${RESULTS:-$work/results.tsv}
rounds=${ROUNDS:-3}
systems=${SYSTEMS:-nats jetstream millrace millrace-json}
size=${SIZE:-256}
# shellcheck source=scripts/lib/prerequisites.sh
source "$root/scripts/lib/prerequisites.sh"
PATH=$PATH:/usr/sbin # Where Debian has it.
[[ $systems != *nats* && $systems != *jetstream* ]] || command -v nats-server >/dev/null || install_or_fail nats-server nats-server
command -v jq >/dev/null || install_or_fail jq jq
# shellcheck source=scripts/bench/measure.sh
source "$root/scripts/bench/measure.sh"
NATS_PORT=33001
NATS_WEBSOCKET_PORT=33002

start_nats() {
  rm -rf "$work/nats"
  mkdir -p "$work/nats"
  cat >"$work/nats.conf" <<END
listen: 127.0.0.1:$NATS_PORT
jetstream { store_dir: "$work/nats" }
websocket { listen: "127.0.0.1:$NATS_WEBSOCKET_PORT", no_tls: true }
END
  nats-server -c "$work/nats.conf" >"$work/nats.log" 2>&1 </dev/null &
  pids[1]=$!
  disown "$!"
  local deadline=$((SECONDS + 20))
  until grep -q 'Server is ready' "$work/nats.log"; do
    [ "$SECONDS" -lt "$deadline" ] || { tail -n 3 "$work/nats.log" >&2; exit 1; }
    sleep 0.1
  done
}

# fan_out CONSUMERS: one run and its row.
fan_out() {
  local options json status=0
  case $system in
    nats | jetstream) options=(--system "$system" -b "127.0.0.1:$NATS_PORT" --http "127.0.0.1:$NATS_WEBSOCKET_PORT") ;;
    *) options=(-b "127.0.0.1:$(node_port 1 tcp)" --http "127.0.0.1:$(node_port 1 http)" --format avro) ;;
  esac
  [ "$system" != millrace-json ] || options[-1]=json
  "$root/scripts/millrace" bench fanout "${options[@]}" --consumers "$1" --rate "${RATE:-50}" --size "$size" --seconds "${SECONDS_EACH:-20}" \
    --warm-up 5 --patience 30 --broker-pid "${pids[1]}" --output json >"$work/out" 2>"$work/err" || status=$?
  json=$(grep '^{' "$work/out") || { echo "fan-out.sh: $system, $1 consumers: nothing was measured: $(tail -n 2 "$work/err")" >&2; return 0; }
  [ "$status" = 0 ] || echo "fan-out.sh: $system, $1 consumers: $(jq -r '"\(.lost) lost, \(.repeated) repeated of \(.deliveries)"' <<<"$json")" >&2
  # shellcheck disable=SC2046  # words
  row "$1 consumers" $(jq -r --argjson size "$size" '[.brokerCpuSeconds / (.deliveries * $size / 1e9), .deliveriesPerSecond, .deliveriesPerSecond * $size / 1e6,
    .latencyMs.p50, .latencyMs.p99, .latencyMs.p999, .brokerResidentBytes / 1e6] | map(. * 100 | round / 100) | join(" ")' <<<"$json")
}

# run_system CONSUMERS
run_system() {
  case $system in nats | jetstream) start_nats ;; *) start_millrace ;; esac
  sleep 2
  fan_out "$1"
  stop_brokers
  rm -rf "$work/nats"
}

echo "# $(date -u +%F) consumers: $counts rate=${RATE:-50} size=$size" >>"$results"
for ((round = 1; round <= rounds; round++)); do
  for count in $counts; do
    # shellcheck disable=SC2086  # a list of words
    for system in $(in_turn $systems); do run_system "$count"; done
  done
done
echo
# shellcheck disable=SC2086  # a list of words
$load table "$results"
