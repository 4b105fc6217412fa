# The loads that versus-kafka.sh compares brokers by and profile.sh looks into: run_case CASE, on the brokers that run.
#
# Reads: scale (of the record counts), nodes, and what measure.sh reads and brings.
# shellcheck shell=bash disable=SC2154,SC2086

records() { awk -v count="$1" -v scale="$scale" 'BEGIN { printf "%d", count * scale }'; }

# paced CASE GROUPS RATE: a flow to a topic of its own.
paced() {
  $load create "$bootstrap" "$1" 1 "$nodes"
  flow "$1" "$1" "$2" "$3"
}

# stream CASE COMMAND PORT RECORDS ARGUMENT...: 1 KiB records by the stream protocol, which only this build has; PORT: tcp or http (WebSocket).
stream() {
  [ "$system" != kafka ] || return 0
  local name=$1 command=$2 port=$3 count=$4 each
  shift 4
  measured "$root/scripts/millrace" bench "$command" stream -b "127.0.0.1:$(node_port 1 "$port")" --records "$count" --warm-up 0 --output json "$@"
  set --
  for each in recordsPerSecond megabytesPerSecond p50 p99 p999; do set -- "$@" "$(sed -nE "s/.*\"$each\":([0-9.E]+).*/\1/p" "$work/out")"; done
  row "$name" "$(calculate "$cpu / ($count * 1024 / 1e9)")" "$1" "$2" "${3:--}" "${4:--}" "${5:--}" -
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
    S1)
      $load create "$bootstrap" stream 1 "$nodes"
      heat 2.4
      stream S1 produce tcp "$(records 1500000)" --record-size 1024 --batch-size 16384 --linger 5 --acks 1
      cool
      ;;
    SC) stream SC consume tcp "$(records 1500000)" ;;
    SW) stream SW consume http "$(records 1500000)" --via websocket ;;
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
    *) echo "there is no case '$1'; versus-kafka.sh --help lists them" >&2; exit 2 ;;
  esac
}
