#!/usr/bin/env bash
# Measures how the cost of a broker grows with what it holds, of this build and, for the first four points, of Apache Kafka 4.3.0: the same
# load at each point of a curve. Nothing else should run meanwhile; about four minutes a curve, system and round.
#
#   scripts/bench/growth.sh [CURVE[=POINT,POINT...]...]      all curves, or these, or these points of them
#
# Curves:       partitions   1 10 100 1000 5000: of the topic that the load goes to
#               connections  1 10 100 1000 3000: that do nothing beside the load
#               groups       1 3 10 30 100: that read the load
#               segments     1 3 10 30 100, of 8 MiB: of the log that the load goes to; also what it costs to write and to read them
# The load:     1 KiB records, 3,000 a second (500 where groups grow, as each reads them all), for 12 s, acks=all, linger of 5 ms, read
#               by one group; latency from when a record was due to receipt, without the first 3 s
# Figures:      brokers' CPU seconds (user and system) per GB delivered, MB/s delivered, latency in ms (p50, p99, p99.9), resident MB at the end
# Environment:  SYSTEMS ("kafka millrace")   ROUNDS (3)   WARM_UP (1000000: records sent and read before each curve)
#               RESULTS (target/growth/results.tsv)
#
# Each curve has a broker of its own with empty data, and a load before its first point that does not count; a topic is deleted after its point.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac

nodes=1
work=$root/target/growth
results=${RESULTS:-$work/results.tsv}
rounds=${ROUNDS:-3}
systems=${SYSTEMS:-kafka millrace}
warm_up=${WARM_UP:-1000000}
declare -A points=([partitions]="1,10,100,1000,5000" [connections]="1,10,100,1000,3000" [groups]="1,3,10,30,100" [segments]="1,3,10,30,100")
KAFKA_POINTS=4
SEGMENT_BYTES=8388608
SEGMENT_RECORDS=8000 # Of 1 KiB, with what is around them.

curves=${*:-partitions connections groups segments}
for each in $curves; do
  [ -n "${points[${each%%=*}]:-}" ] || { echo "growth.sh: there is no curve '${each%%=*}'; --help lists them" >&2; exit 2; }
done
# shellcheck source=scripts/bench/measure.sh
source "$root/scripts/bench/measure.sh"

# A topic of its own for a while: with_topic NAME PARTITIONS [SETTING] -- COMMAND...
with_topic() {
  local topic=$1 create=("$1" "$2" "$nodes")
  shift 2
  while [ "$1" != -- ]; do create+=("$1"); shift; done
  shift
  # shellcheck disable=SC2086  # a list of words
  $load create "$bootstrap" "${create[@]}"
  "$@"
  # shellcheck disable=SC2086
  $load delete "$bootstrap" "$topic"
}

# point_X N: the load with N of X.
point_partitions() { with_topic "partitions-$1" "$1" -- flow "partitions $1" "partitions-$1" 1 3000; }
point_connections() {
  hold_connections "$1"
  with_topic "connections-$1" 1 -- flow "connections $1" "connections-$1" 1 3000
  release_connections
}
point_groups() { with_topic "groups-$1" 1 -- flow "groups $1" "groups-$1" "$1" 500; }
point_segments() { with_topic "segments-$1" 1 "segment.bytes=$SEGMENT_BYTES" -- grown_log "$1"; }
grown_log() {
  local count=$(($1 * SEGMENT_RECORDS))
  produce "segments $1, written" "segments-$1" 1 "$count" 1024 "$(calculate "0.3 + $count * 1024 / 1e9")" acks=1 batch.size=16384 linger.ms=5
  consume "segments $1, read" "segments-$1" "$count" 1024
  flow "segments $1" "segments-$1" 1 3000
}

# uncounted COMMAND...: its rows are neither kept nor shown.
uncounted() {
  local kept=$results
  results=/dev/null
  "$@" >/dev/null
  results=$kept
}
warm() {
  produce warm-up warm-up 1 "$warm_up" 1024 1.8 acks=1
  consume warm-up warm-up "$warm_up" 1024
  with_topic warm-up-flow 1 -- flow warm-up warm-up-flow 1 3000
}

# run_curve CURVE[=POINTS]
run_curve() {
  local name=${1%%=*} all at
  all=${points[$name]}
  [[ $1 != *=* ]] || all=${1#*=}
  [ "$system" != kafka ] || [[ $1 == *=* ]] || all=$(cut -d, -f "-$KAFKA_POINTS" <<<"$all")
  "start_$system"
  sleep 4
  uncounted warm
  for at in ${all//,/ }; do "point_$name" "$at"; done
  stop_brokers
}

echo "# $(date -u +%F) curves: $curves" >>"$results"
for ((round = 1; round <= rounds; round++)); do
  for each in $curves; do
    # shellcheck disable=SC2086  # a list of words
    for system in $(in_turn $systems); do run_curve "$each"; done
  done
done
echo
# shellcheck disable=SC2086  # a list of words
$load table "$results"
