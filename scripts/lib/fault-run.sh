# shellcheck shell=bash
# Runs one scenario of scripts/faults.sh: cluster, clients, fault, check, row. To be sourced.

SIZE=${FAULTS_NODES:-3}
RATE=${FAULTS_RATE:-500}
keep=${FAULTS_DIR:+yes}                              # whether what is left of the runs is of use
FAULTS_DIR=${FAULTS_DIR:-$(mktemp -d)}
NODES_DIR=$FAULTS_DIR
TOPIC=
DRAIN_SECONDS=60
declare -A counts=([clean]=0 [late]=0 [not_run]=0 [bad]=0)

# What a scenario may change; set anew for each.
reset_scenario() {
  NODES_DIR=$FAULTS_DIR/$1
  TOPIC=${1//_/-}
  SETTINGS=()          # more settings of every node
  RUN_OPTIONS=()       # more options of "verify run"
  HOLD_SECONDS=15      # how long a network stays cut
  LIMIT_MS=            # the longest gap without an ack that is good enough
  REST_LIMIT_MS=       # the longest time without an ack from any partition at all that is good enough
  STEADY=no            # whether no partition may get another leader
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
client_command() { lab_enter "$LAB_CLIENT"; }
node_settings() {
  printf '%s\n' insecure.allow=true "http.allowed.hosts=$(node_host "$1")" log.checkpoint.interval.ms=5000 \
    group.consumer.session.timeout.ms=6000 \
    group.consumer.heartbeat.interval.ms=1000
  [[ ${NODES_ALONE:-no} == yes ]] || echo cluster.private.network=true
  [[ ${#SETTINGS[@]} -eq 0 ]] || printf '%s\n' "${SETTINGS[@]}"
}

is_root_on_linux() { [[ $(uname -s) == Linux && $(id -u) -eq 0 ]]; }
allows_namespaces() { ip netns add "${LAB_PREFIX}try" 2>/dev/null && ip netns del "${LAB_PREFIX}try"; }

# why_no_lab: why this machine lets us make no hosts; nothing if it does.
why_no_lab() {
  if ! is_root_on_linux; then
    echo 'network namespaces need root on Linux'
  elif ! command -v ip >/dev/null && ! try_install iproute2 ip >&2; then
    echo 'network namespaces need the command ip'
  elif ! allows_namespaces; then
    echo 'this machine allows no network namespaces'
  fi
}

require_lab() {
  local pair
  is_root_on_linux || fail 'network namespaces need root on Linux: nothing was run'
  require_java
  for pair in ip:iproute2 iptables:iptables xfs_io:xfsprogs strace:strace jq:jq curl:curl nsenter:util-linux setsid:util-linux mkfs.ext4:e2fsprogs; do
    command -v "${pair%%:*}" >/dev/null || install_or_fail "${pair##*:}" "${pair%%:*}"
  done
  allows_namespaces || fail 'this machine does not allow network namespaces: nothing was run'
  [[ -f ${MILLRACE_JAR:=target/millrace.jar} ]] || fail "$MILLRACE_JAR is missing; build it with: mvn -q -DskipTests package"
}

# restore_writeback: as it was before without_writeback, if that was called.
restore_writeback() { [[ -z ${writeback_before:-} ]] || echo "$writeback_before" >/proc/sys/vm/dirty_writeback_centisecs; }

# end_lab: ends what was started, however the script ends.
end_lab() {
  local i
  set +e
  for i in $(seq 1 "$SIZE"); do
    signal_node "$i" CONT
    signal_node "$i" KILL
  done
  kill_load "$TOPIC"
  for i in "$FAULTS_DIR"/*/data-*; do
    ! mountpoint -q "$i" || umount -l "$i"
  done
  restore_writeback
  lab_down
  if [[ -z $keep ]]; then
    rm -rf "$FAULTS_DIR"
  else
    echo "What is left of the runs: $FAULTS_DIR" >&2
  fi
}

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

start_clients() {
  local nodes
  mapfile -t nodes < <(seq 1 "$SIZE")
  start_load "$TOPIC" "$(bootstrap "${nodes[@]}")" "${RUN_OPTIONS[@]}"
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

# row SCENARIO RESULT: the row of the scenario that is running.
row() {
  local report=$NODES_DIR/$TOPIC.report.json gap=- rest=- acked=- failed=- unknown=-
  if [[ -s $report ]]; then
    read -r gap rest acked failed unknown < <(jq -r '[.longestAckGapMs, .longestAckGapOfAllMs, .acked, .failed, .unknown] | @tsv' "$report")
    gap="$gap ms${REST_LIMIT_MS:+, of all partitions $rest ms}"
  fi
  echo "| $1 | ${EVIDENCE:-${NOT_RUN:-nothing}} | $gap | ${LIMIT_MS:+$LIMIT_MS ms}${REST_LIMIT_MS:+, $REST_LIMIT_MS ms} | $acked | $failed | $unknown | $2 |"
  : >"$NODES_DIR/row"
}

# How a scenario ends: its exit code.
readonly CLEAN=0 LATE=10 NOT_RUN_CODE=11

# result: the history again, this time with what is on the disks; prints what goes into the row.
result() {
  local nodes
  mapfile -t nodes < <(seq 1 "$SIZE")
  check_load "$TOPIC" "${nodes[@]}" || return 1
  if [[ -n $LIMIT_MS && $(jq .longestAckGapMs "$NODES_DIR/$TOPIC.report.json") -gt $LIMIT_MS ]]; then
    echo 'clean, but the gap is longer than the goal'
    return "$LATE"
  fi
  if [[ -n $REST_LIMIT_MS && $(jq .longestAckGapOfAllMs "$NODES_DIR/$TOPIC.report.json") -gt $REST_LIMIT_MS ]]; then
    echo 'clean, but for a time no partition was acknowledged'
    return "$LATE"
  fi
  if [[ $STEADY == yes && $1 -ne $2 ]]; then
    echo "clean, but leaders changed $(($2 - $1)) times"
    return "$LATE"
  fi
  echo clean
}

# run_scenario NAME: prints its row and counts it in counts. Not to be called in a condition: an error in a scenario is to end it.
run_scenario() {
  local name=$1 code=0
  declare -F "fault_$name" >/dev/null || fail "there is no scenario '$name'; --list names them"
  echo "-- $name: $(about "$name")" >&2
  reset_scenario "$name"
  ! declare -F "prepare_$name" >/dev/null || "prepare_$name"
  set +e
  (set -e; scenario_body "$name")
  code=$?
  set -e
  end_scenario
  [[ -f $NODES_DIR/row ]] || row "$name" 'NOT CLEAN: the scenario ended by an error'
  case $code in
    "$CLEAN") counts[clean]=$((counts[clean] + 1)) ;;
    "$LATE")
      counts[late]=$((counts[late] + 1))
      keep=yes
      ;;
    "$NOT_RUN_CODE") counts[not_run]=$((counts[not_run] + 1)) ;;
    *)
      counts[bad]=$((counts[bad] + 1))
      keep=yes
      ;;
  esac
}

# Values are sent from before the fault until some seconds after every replica is in sync again.
scenario_body() {
  local name=$1 before after words code=0
  start_cluster || { row "$name" 'NOT CLEAN: the cluster did not start'; return 1; }
  start_clients || { row "$name" 'NOT CLEAN: the clients did not start'; return 1; }
  await_in_sync || { row "$name" 'NOT CLEAN: replicas are out of sync from the start'; return 1; }
  before=$(epochs)
  "fault_$name"
  heal "$SIZE"
  if [[ -z $EVIDENCE ]]; then
    row "$name" 'not run'
    return "$NOT_RUN_CODE"
  fi
  await_in_sync || { row "$name" 'NOT CLEAN: replicas are out of sync 60 s after'; return 1; }
  after=$(epochs)
  sleep 3
  stop_load "$TOPIC" || { row "$name" 'NOT CLEAN: the clients ended by themselves'; return 1; }
  words=$(result "$before" "$after") || code=$?
  row "$name" "$words"
  return "$code"
}

end_scenario() {
  local i
  heal "$SIZE"
  restore_writeback
  kill_load "$TOPIC"
  for i in $(seq 1 "$SIZE"); do
    signal_node "$i" CONT
    kill_node "$i"
    ! mountpoint -q "$(node_data "$i")" || umount -l "$(node_data "$i")"
  done
}
