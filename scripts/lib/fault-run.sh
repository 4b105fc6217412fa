# shellcheck shell=bash
# Runs one scenario of scripts/faults.sh: cluster, clients, fault, check, row. To be sourced.

SIZE=${FAULTS_NODES:-3}
RATE=${FAULTS_RATE:-500}
FAULTS_DIR=${FAULTS_DIR:-$(mktemp -d)}
TOPIC=
DRAIN_SECONDS=60
unclean=no

# What a scenario may change; set anew for each.
reset_scenario() {
  NODES_DIR=$FAULTS_DIR/$1
  TOPIC=${1//_/-}
  SETTINGS=()          # more settings of every node
  RUN_OPTIONS=()       # more options of "verify run"
  LOAD_SECONDS=30      # how long values are sent
  LIMIT_MS=            # the longest gap without an ack that is good enough
  EVIDENCE=            # what shows that the fault bit; empty: not run
  NOT_RUN=             # why not
  VICTIM=1             # the node that the fault is about
  declare -gA PREFIX=() # words before the command of a node
  rm -rf "$NODES_DIR"
  mkdir -p "$NODES_DIR"
}

node_host() { lab_host "$1"; }
node_port() {
  case $2 in tcp) echo 7070 ;; http) echo 8080 ;; kafka) echo 9092 ;; cluster) echo 7800 ;; bus) echo 7801 ;; esac
}
node_data() { echo "$NODES_DIR/data-$1"; }
node_command() {
  lab_enter "$1"
  # shellcheck disable=SC2086  # a list of words
  [[ -z ${PREFIX[$1]:-} ]] || printf '%s\n' ${PREFIX[$1]}
}
node_settings() {
  printf '%s\n' insecure.allow=true "http.allowed.hosts=$(node_host "$1")" log.checkpoint.interval.ms=5000 \
    group.consumer.session.timeout.ms=6000 \
    group.consumer.heartbeat.interval.ms=1000
  [[ ${NODES_ALONE:-no} == yes ]] || echo cluster.private.network=true
  [[ ${#SETTINGS[@]} -eq 0 ]] || printf '%s\n' "${SETTINGS[@]}"
}

require_lab() {
  local pair
  [[ $(uname -s) == Linux && $(id -u) -eq 0 ]] || fail 'network namespaces need root on Linux: nothing was run'
  require_java
  for pair in ip:iproute2 iptables:iptables xfs_io:xfsprogs strace:strace jq:jq curl:curl nsenter:util-linux setsid:util-linux mkfs.ext4:e2fsprogs; do
    command -v "${pair%%:*}" >/dev/null || install_or_fail "${pair##*:}" "${pair%%:*}"
  done
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || install_or_fail libfaketime libfaketime
  ip netns add "${LAB_PREFIX}try" 2>/dev/null || fail 'this machine does not allow network namespaces: nothing was run'
  ip netns del "${LAB_PREFIX}try"
  [[ -f target/millrace.jar ]] || fail 'target/millrace.jar is missing; build it with: mvn -q -DskipTests package'
}

# end_lab: ends what was started, however the script ends.
end_lab() {
  local i
  set +e
  for i in $(seq 1 "$SIZE"); do
    signal_node "$i" CONT
    signal_node "$i" KILL
  done
  end_load
  for i in "$FAULTS_DIR"/*/data-*; do
    ! mountpoint -q "$i" || umount -l "$i"
  done
  echo "${writeback_before:-500}" >/proc/sys/vm/dirty_writeback_centisecs
  lab_down
  if [[ $unclean == no ]]; then
    rm -rf "$FAULTS_DIR"
  else
    echo "What is left of the runs that were not clean: $FAULTS_DIR" >&2
  fi
}

bootstrap() {
  local i all=
  for i in $(seq 1 "$SIZE"); do all+=${all:+,}$(node_host "$i"):$(node_port "$i" tcp); done
  echo "$all"
}

# ask I PATH: what node I answers over HTTP, asked from the client's host.
ask() { lab_on $LAB_CLIENT curl -s -m 3 "http://$(node_host "$1"):$(node_port "$1" http)$2"; }

# topic_field I FIELD: a field of each partition of the topic, as node I sees it.
topic_field() { ask "$1" "/v1/topics/$TOPIC" | jq -r ".partitions[].$2" 2>/dev/null || :; }

# leader_of PARTITION: its node, asking each node in turn.
leader_of() {
  local i found
  for i in $(seq 1 "$SIZE"); do
    found=$(topic_field "$i" leader | sed -n "$(($1 + 1))p")
    if [[ $found =~ ^[1-9] ]]; then echo "$found"; return 0; fi
  done
  return 1
}

# epochs [NOT]: the sum of the leader epochs, as the nodes but NOT see them.
epochs() {
  local i sum
  for i in $(seq 1 "$SIZE"); do
    [[ $i != "${1:-}" ]] || continue
    sum=$(topic_field "$i" leaderEpoch | awk '{ n += $1 } END { if (NR) print n }')
    if [[ -n $sum ]]; then echo "$sum"; return 0; fi
  done
  echo 0
}

# controller_node: the node whose metadata log leads.
controller_node() {
  local i found
  for i in $(seq 1 "$SIZE"); do
    found=$(ask "$i" /v1/cluster | jq -r '.controller // empty' 2>/dev/null || :)
    if [[ $found =~ ^[1-9] ]]; then echo "$found"; return 0; fi
  done
  return 1
}

# others I: all nodes but I.
others() {
  local i
  for i in $(seq 1 "$SIZE"); do [[ $i == "$1" ]] || echo "$i"; done
}

start_cluster() {
  local i
  for i in $(seq 1 "$SIZE"); do start_node "$i" "$SIZE"; done
  for i in $(seq 1 "$SIZE"); do await_node "$i" 60 || return 1; done
}

# start_load: the clients, in the background; returns when the first values are acknowledged. load.pid holds their pid: what a
# scenario sets is not known outside of it.
start_load() {
  local deadline=$((SECONDS + 60)) words
  mapfile -t words < <(lab_enter "$LAB_CLIENT")
  words+=(scripts/millrace verify run -b "$(bootstrap)" --topic "$TOPIC" --rate "$RATE"
    --seconds "$LOAD_SECONDS" --drain-seconds "$DRAIN_SECONDS" --history "$NODES_DIR/history.jsonl" --output json
    "${RUN_OPTIONS[@]}")
  # Each word execs the next one, so that the pid is the client's.
  "${words[@]}" >"$NODES_DIR/report.json" 2>"$NODES_DIR/load.log" </dev/null &
  load_pid=$!
  echo "$load_pid" >"$NODES_DIR/load.pid"
  until [[ -f $NODES_DIR/history.jsonl ]] && grep -q -m 1 '"event":"acked"' "$NODES_DIR/history.jsonl"; do
    kill -0 "$load_pid" 2>/dev/null || { echo "the clients ended: $(tail -n 1 "$NODES_DIR/load.log")" >&2; return 1; }
    [[ $SECONDS -lt $deadline ]] || { echo 'nothing was acknowledged for 60 s' >&2; return 1; }
    sleep 0.2
  done
  # Every partition, and the group, is under way.
  sleep 4
}

# load_runs: whether the pid in load.pid is still that of the clients.
load_runs() {
  local pid
  [[ -f $NODES_DIR/load.pid ]] || return 1
  pid=$(<"$NODES_DIR/load.pid")
  [[ -r /proc/$pid/cmdline ]] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$NODES_DIR/history.jsonl"
}

# end_load: ends the clients if they still run: SIGTERM, and after 5 s SIGKILL.
end_load() {
  local deadline=$((SECONDS + 5)) signal=TERM
  while load_runs; do
    kill "-$signal" "$(<"$NODES_DIR/load.pid")" 2>/dev/null || :
    [[ $SECONDS -lt $deadline ]] || signal=KILL
    sleep 0.2
  done
}

# await_in_sync: waits until every partition has all its replicas in sync again.
await_in_sync() {
  local i deadline=$((SECONDS + 60)) missing
  while :; do
    for i in $(seq 1 "$SIZE"); do
      missing=$(ask "$i" "/v1/topics/$TOPIC" | jq '[.partitions[] | select(.leader < 0 or (.replicas | length) != (.inSyncReplicas | length))] | length' 2>/dev/null || :)
      [[ $missing != 0 ]] || return 0
    done
    [[ $SECONDS -lt $deadline ]] || return 1
    sleep 0.5
  done
}

print_heading() {
  echo '| scenario | that it bit | longest gap | goal | acknowledged | refused | unknown | result |'
  echo '|---|---|---|---|---|---|---|---|'
}

# row RESULT: the row of the scenario that is running.
row() {
  local report=$NODES_DIR/report.json gap=- acked=- failed=- unknown=-
  if [[ -s $report ]]; then
    read -r gap acked failed unknown < <(jq -r '[.longestAckGapMs, .acked, .failed, .unknown] | @tsv' "$report")
    gap="$gap ms"
  fi
  echo "| $1 | ${EVIDENCE:-${NOT_RUN:-nothing}} | $gap | ${LIMIT_MS:+$LIMIT_MS ms} | $acked | $failed | $unknown | $2 |"
}

# check: the history again, this time with what is on the disks; prints the result of the row.
check() {
  local i replicas=() report=$NODES_DIR/report.json code=0
  for i in $(seq 1 "$SIZE"); do
    ! compgen -G "$(node_data "$i")/$TOPIC-*" >/dev/null || replicas+=(--replica "$(node_data "$i")")
  done
  scripts/millrace verify check "$NODES_DIR/history.jsonl" --output json "${replicas[@]}" \
    >"$report" 2>"$NODES_DIR/check.log" || code=$?
  if [[ $code -ne 0 ]]; then
    jq -r '"NOT CLEAN: " + (.violations | keys | join(", "))' "$report" 2>/dev/null || tail -n 1 "$NODES_DIR/check.log"
    return 1
  fi
  if [[ -n $LIMIT_MS && $(jq .longestAckGapMs "$report") -gt $LIMIT_MS ]]; then
    echo 'clean, but the gap is longer than the goal'
    return 1
  fi
  echo clean
}

# run_scenario NAME: prints its row; outcome is 1 if it is not clean, or could not be run to its end. Not to be called in a
# condition: an error in a scenario is to end it.
run_scenario() {
  local name=$1 code=0
  declare -F "fault_$name" >/dev/null || fail "there is no scenario '$name'; --list names them"
  reset_scenario "$name"
  ! declare -F "prepare_$name" >/dev/null || "prepare_$name"
  set +e
  (set -e; scenario_body "$name")
  code=$?
  set -e
  end_scenario
  [[ $code -eq 0 ]] || unclean=yes
  outcome=$code
}

scenario_body() {
  local result code=0
  start_cluster || { row "$name" 'the cluster did not start'; return 1; }
  start_load || { row "$name" 'the clients did not start'; return 1; }
  "fault_$1"
  heal "$SIZE"
  if [[ -z $EVIDENCE ]]; then
    row "$1" 'not run'
    return 0
  fi
  wait "$load_pid" || :
  await_in_sync || { row "$1" 'NOT CLEAN: replicas are out of sync 60 s after'; return 1; }
  result=$(check) || code=$?
  row "$1" "$result"
  return "$code"
}

end_scenario() {
  local i
  heal "$SIZE"
  end_load
  for i in $(seq 1 "$SIZE"); do
    signal_node "$i" CONT
    kill_node "$i"
    ! mountpoint -q "$(node_data "$i")" || umount -l "$(node_data "$i")"
  done
}
