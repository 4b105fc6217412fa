# shellcheck shell=bash
# Clients that send, follow and share a group ("verify run") while a script does something to a cluster, and questions to its nodes; to be
# sourced beside nodes.sh. The caller also sets RATE, values a second, and DRAIN_SECONDS, and defines
#   client_command    words to put before what clients run, one a line (a network namespace); may print nothing
# A load is named by its topic: NODES_DIR/TOPIC.jsonl is its history, .report.json what the check says, .clients.log what it prints.

# bootstrap I...: the TCP addresses of these nodes.
bootstrap() {
  local i all=
  for i in "$@"; do all+=${all:+,}$(node_host "$i"):$(node_port "$i" tcp); done
  echo "$all"
}

# client_run COMMAND...: runs a command where the clients are.
client_run() {
  local words
  mapfile -t words < <(client_command)
  "${words[@]}" "$@"
}

# ask I PATH: what node I answers over HTTP.
ask() { client_run curl -s -m 3 "http://$(node_host "$1"):$(node_port "$1" http)$2"; }

# start_load TOPIC BOOTSTRAP OPTION...: the clients, in the background; returns when the first values are acknowledged and every
# partition, and the group, is under way. They send until stop_load, at most for an hour.
start_load() {
  local topic=$1 servers=$2 deadline=$((SECONDS + 60)) words pid
  shift 2
  mapfile -t words < <(client_command)
  words+=("$nodes_home/scripts/millrace" verify run -b "$servers" --topic "$topic" --rate "$RATE" --seconds 3600
    --drain-seconds "$DRAIN_SECONDS" --history "$NODES_DIR/$topic.jsonl" --output json "$@")
  # Each word execs the next one, so that the pid is the client's. A file holds it, for those who did not start it.
  "${words[@]}" >"$NODES_DIR/$topic.report.json" 2>"$NODES_DIR/$topic.clients.log" </dev/null &
  pid=$!
  echo "$pid" >"$NODES_DIR/$topic.clients.pid"
  until [[ -f $NODES_DIR/$topic.jsonl ]] && grep -q -m 1 '"event":"acked"' "$NODES_DIR/$topic.jsonl"; do
    kill -0 "$pid" 2>/dev/null || { echo "the clients ended: $(tail -n 1 "$NODES_DIR/$topic.clients.log")" >&2; return 1; }
    [[ $SECONDS -lt $deadline ]] || { echo 'nothing was acknowledged for 60 s' >&2; return 1; }
    sleep 0.2
  done
  sleep 4
}

# load_runs TOPIC: whether its clients still run.
load_runs() {
  local pid
  [[ -f $NODES_DIR/$1.clients.pid ]] || return 1
  pid=$(<"$NODES_DIR/$1.clients.pid")
  [[ -r /proc/$pid/cmdline ]] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$NODES_DIR/$1.jsonl"
}

# stop_load TOPIC: has its clients send no more, and waits until they have read everything once more; only in the shell that started
# them. Fails if they had ended before, so that part of the time was without load.
stop_load() {
  load_runs "$1" || { echo "the clients had ended before: $(tail -n 1 "$NODES_DIR/$1.clients.log")" >&2; return 1; }
  kill -TERM "$(<"$NODES_DIR/$1.clients.pid")"
  wait "$(<"$NODES_DIR/$1.clients.pid")" || :
}

# kill_load TOPIC: ends its clients if they still run, whatever becomes of their history.
kill_load() {
  while load_runs "$1"; do
    kill -KILL "$(<"$NODES_DIR/$1.clients.pid")" 2>/dev/null || :
    sleep 0.1
  done
}

# acknowledged TOPIC: how many values are acknowledged by now; the clients write their history every 100 ms.
acknowledged() { grep -c '"event":"acked"' "$NODES_DIR/$1.jsonl" || :; }

# check_load TOPIC I...: checks its history once more, together with what is on the disks of these nodes, into TOPIC.report.json; says
# what was broken. Not while the nodes write.
check_load() {
  local topic=$1 i replicas=() code=0 report=$NODES_DIR/$1.report.json
  shift
  for i in "$@"; do
    ! compgen -G "$(node_data "$i")/$topic-*" >/dev/null || replicas+=(--replica "$(node_data "$i")")
  done
  "$nodes_home/scripts/millrace" verify check "$NODES_DIR/$topic.jsonl" --output json "${replicas[@]}" \
    >"$report" 2>"$NODES_DIR/$topic.check.log" || code=$?
  if [[ $code -ne 0 ]]; then
    jq -r '"NOT CLEAN: " + (.violations | keys | join(", "))' "$report" 2>/dev/null || tail -n 1 "$NODES_DIR/$topic.check.log"
    return 1
  fi
}

# load_counts TOPIC: what its report says, as words.
load_counts() {
  jq -r '"\(.sent) sent, \(.acked) acknowledged, \(.failed) refused, \(.unknown) unknown, \(.inTheEnd) found at the end, \(.replicas) logs compared, longest gap \(.longestAckGapMs) ms"' \
    "$NODES_DIR/$1.report.json"
}
