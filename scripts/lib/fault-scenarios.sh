# shellcheck shell=bash
# The faults of docs/reliability.md, to be sourced by scripts/faults.sh: prepare_X changes what the cluster is started with,
# fault_X injects, sets EVIDENCE to what shows that it bit, and heals. Nodes are named by number, ended by pid.

scenario_names() { declare -F | sed -n 's/^declare -f fault_//p' | grep -vx quick; }

# about NAME: what a scenario does, in words.
about() {
  case $1 in
    quick) echo "one after the other: $QUICK_FAULTS" ;;
    stop_leader) echo 'a node that leads is stopped cleanly, and started again' ;;
    kill_leader) echo 'kill -9 of a node that leads and is not the controller, started again' ;;
    kill_controller) echo 'kill -9 of the controller, started again after 10 s' ;;
    kill_all) echo 'kill -9 of all nodes at once, all started again' ;;
    kills) echo 'kill -9 of one node after the other, each started again' ;;
    rolling_restart) echo 'each node in turn is stopped cleanly and started again' ;;
    pause_leader) echo 'a node that leads stands still for 20 s (SIGSTOP), then goes on' ;;
    pauses) echo 'nodes at random stand still for 1 s, six times' ;;
    partition_symmetric) echo 'a node that leads is cut from the others and from the clients' ;;
    partition_one_way) echo 'what a node that leads sends to the others is dropped, what they send arrives' ;;
    partition_bridge) echo 'two nodes are cut from each other, and both reach the third' ;;
    leader_cut_from_peers) echo 'a node that leads is cut from the others, its clients still reach it' ;;
    gateway_cut_from_peers) echo 'the node that the only producer is connected to is cut from the others, its clients still reach it' ;;
    discovery_cut) echo 'the discovery port alone is cut between all nodes' ;;
    loss) echo '5 % of all packets to each node are dropped' ;;
    majority_lost) echo 'kill -9 of two nodes of three, started again after 12 s' ;;
    power_cut_one) echo 'a node that leads loses its power, and what it had not synced (flush.mode=async)' ;;
    power_cut_all) echo 'all nodes lose their power, and what they had not synced (flush.mode=ack)' ;;
    disk_wiped) echo 'kill -9 of a node that leads; it comes back with an empty disk' ;;
    disk_full) echo 'the disk of a node is full for 12 s' ;;
    fsync_error) echo 'fsync of a partition fails with EIO on the node that leads it' ;;
    stalled_writes) echo 'each write of a partition takes 3 s on the node that leads it' ;;
    clock) echo 'the wall clocks of all nodes are set 2 h ahead, then 3 days back' ;;
    members_come_and_go) echo 'a group of 30, of which one leaves and another joins every 0.5 s' ;;
  esac
}

# Three of them one after the other, on one cluster and with one load.
readonly QUICK_FAULTS='stop_leader kill_leader leader_cut_from_peers'
prepare_quick() { LIMIT_MS=10000; HOLD_SECONDS=8; }
fault_quick() {
  local fault all=
  for fault in $QUICK_FAULTS; do
    EVIDENCE=
    "fault_$fault"
    heal "$SIZE"
    [[ -n $EVIDENCE ]] || { NOT_RUN="$fault did not bite"; return 0; }
    all+="${all:+; }$fault: $EVIDENCE"
    await_in_sync || return 1
  done
  EVIDENCE=$all
}

# create_topic I TOPIC BODY: by node I, over HTTP.
create_topic() {
  client_run curl -s -m 10 -o "$NODES_DIR/$2.json" -X POST -H 'Content-Type: application/json' --data "$3" \
    "http://$(node_host "$1"):$(node_port "$1" http)/v1/topics/$2"
}

# await_elected BEFORE [NOT]: until leaders have changed, at most 10 s.
await_elected() {
  local deadline=$((SECONDS + 10))
  until [[ $(epochs "${2:-}") -gt $1 || $SECONDS -ge $deadline ]]; do sleep 0.2; done
}

# elected BEFORE [NOT]: evidence that leaders changed.
elected() {
  local after
  after=$(epochs "${2:-}")
  [[ $after -gt $1 ]] && EVIDENCE="leader epochs +$((after - $1))${EVIDENCE:+, $EVIDENCE}"
  return 0
}

# plain_leader: a node that leads and is not the controller, whose end has a goal of its own; any leader if there is none.
plain_leader() {
  local partition found controller
  controller=$(controller_node)
  for partition in 0 1 2 3 4 5; do
    found=$(leader_of "$partition")
    [[ $found == "$controller" ]] || break
  done
  echo "$found"
}

prepare_stop_leader() { LIMIT_MS=1000; }
fault_stop_leader() {
  local before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  stop_node "$VICTIM"
  elected "$before" "$VICTIM"
  sleep 2
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 90
}

prepare_kill_leader() { LIMIT_MS=4000; }
fault_kill_leader() {
  local before
  before=$(epochs)
  VICTIM=$(plain_leader)
  kill_node "$VICTIM"
  await_elected "$before" "$VICTIM"
  sleep 2
  elected "$before" "$VICTIM"
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 90
}

prepare_kill_controller() { LIMIT_MS=6000; }
fault_kill_controller() {
  local before
  VICTIM=$(controller_node)
  before=$VICTIM
  kill_node "$VICTIM"
  sleep 10
  VICTIM=$(controller_node)
  [[ $VICTIM == "$before" ]] || EVIDENCE="controller $before, then $VICTIM"
  start_node "$before" "$SIZE"
  await_node "$before" 90
}

prepare_kill_all() { LIMIT_MS=20000; }
fault_kill_all() {
  local i
  for i in $(seq 1 "$SIZE"); do signal_node "$i" KILL; done
  for i in $(seq 1 "$SIZE"); do await_end "$i" 10; done
  EVIDENCE='no process left'
  start_cluster
}

# Every node in turn, again and again: FAULTS_KILLS of them.
prepare_kills() { LIMIT_MS=6000; }
fault_kills() {
  local i before
  before=$(epochs)
  for ((i = 0; i < ${FAULTS_KILLS:-6}; i++)); do
    VICTIM=$(leader_of $((i % 6))) || VICTIM=$((i % SIZE + 1))
    kill_node "$VICTIM"
    sleep 4
    start_node "$VICTIM" "$SIZE"
    await_node "$VICTIM" 90
    sleep 2
  done
  elected "$before"
  EVIDENCE=${EVIDENCE:+$i kills, $EVIDENCE}
}

prepare_rolling_restart() { LIMIT_MS=1000; }
fault_rolling_restart() {
  local i before
  before=$(epochs)
  for i in $(seq 1 "$SIZE"); do
    stop_node "$i"
    start_node "$i" "$SIZE"
    await_node "$i" 90
    await_in_sync
  done
  elected "$before"
}

prepare_pause_leader() { LIMIT_MS=10000; }
fault_pause_leader() {
  local before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  signal_node "$VICTIM" STOP
  sleep 20
  elected "$before" "$VICTIM"
  signal_node "$VICTIM" CONT
}

prepare_pauses() { LIMIT_MS=3000; STEADY=yes; }
fault_pauses() {
  local i before after
  before=$(epochs)
  for i in 1 2 3 4 5 6; do
    VICTIM=$((RANDOM % SIZE + 1))
    signal_node "$VICTIM" STOP
    sleep 1
    signal_node "$VICTIM" CONT
    sleep $((RANDOM % 2 + 1))
  done
  after=$(epochs)
  EVIDENCE="6 pauses of 1 s, leader epochs +$((after - before))"
}

# cut_and_hold: what was cut stays cut for HOLD_SECONDS; evidence are dropped packets.
cut_and_hold() {
  sleep "$HOLD_SECONDS"
  local packets
  packets=$(dropped "$SIZE")
  [[ $packets -eq 0 ]] || EVIDENCE="$packets packets dropped"
}

# cut_off HOST...: VICTIM is cut from these, both ways, for HOLD_SECONDS; others lead then.
cut_off() {
  local host before
  before=$(epochs)
  for host in "$@"; do cut_both "$VICTIM" "$host"; done
  cut_and_hold
  elected "$before" "$VICTIM"
}

prepare_partition_symmetric() { LIMIT_MS=10000; }
fault_partition_symmetric() {
  VICTIM=$(leader_of 0)
  # shellcheck disable=SC2046  # a list of words
  cut_off $(others "$VICTIM") "$LAB_CLIENT"
}

prepare_leader_cut_from_peers() { LIMIT_MS=10000; }
fault_leader_cut_from_peers() {
  VICTIM=$(leader_of 0)
  # shellcheck disable=SC2046
  cut_off $(others "$VICTIM")
}

# gateway: the node that the load's producer is connected to, which connects after the readers.
gateway() {
  local host i
  host=$(client_run ss -Htnp state established dport = ":$(node_port 1 tcp)" |
    awk '{ gsub(/^\[(::ffff:)?|\]?:[0-9]+$/, "", $4); sub(/.*fd=/, "", $5); sub(/[^0-9].*$/, "", $5); print $5, $4 }' | sort -n | tail -n 1)
  host=${host#* }
  for i in $(seq 1 "$SIZE"); do [[ $host != "$(node_host "$i")" ]] || echo "$i"; done
}

prepare_gateway_cut_from_peers() {
  LIMIT_MS=10000
  RUN_OPTIONS=(--producers 1)
}
fault_gateway_cut_from_peers() {
  VICTIM=$(gateway)
  # shellcheck disable=SC2046
  cut_off $(others "$VICTIM")
}

prepare_partition_one_way() { LIMIT_MS=10000; }
fault_partition_one_way() {
  local i before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  for i in $(others "$VICTIM"); do cut_one_way "$VICTIM" "$i"; done
  cut_and_hold
  elected "$before" "$VICTIM"
}

prepare_partition_bridge() { LIMIT_MS=10000; }
fault_partition_bridge() {
  local before
  before=$(epochs)
  cut_both 1 2
  cut_and_hold
  elected "$before"
}

prepare_discovery_cut() { LIMIT_MS=1000; STEADY=yes; }
fault_discovery_cut() {
  local before after
  before=$(epochs)
  cut_port 1 2 "$(node_port 1 cluster)"
  cut_port 1 3 "$(node_port 1 cluster)"
  cut_port 2 3 "$(node_port 1 cluster)"
  HOLD_SECONDS=25
  cut_and_hold
  after=$(epochs)
  [[ -z $EVIDENCE ]] || EVIDENCE+=", leader epochs +$((after - before))"
}

prepare_loss() { LIMIT_MS=5000; }
fault_loss() {
  local i
  for i in $(seq 1 "$SIZE"); do lose "$i" 0.05; done
  cut_and_hold
}

prepare_majority_lost() { LIMIT_MS=25000; }
fault_majority_lost() {
  local began answer
  create_topic 1 refused '{"partitions":1}'
  kill_node 2
  kill_node 3
  began=$SECONDS
  sleep 5
  answer=$(client_run curl -s -m 7 -X POST -H 'Content-Type: application/octet-stream' --data x \
    "http://$(node_host 1):$(node_port 1 http)/v1/topics/refused/records" | jq -r '.error.name // "acknowledged"' || :)
  [[ $((SECONDS - began)) -ge 12 ]] || sleep $((12 - SECONDS + began))
  [[ $answer == acknowledged ]] ||
    EVIDENCE="1 of 3 nodes for $((SECONDS - began)) s, a write is answered ${answer:-by nothing within 7 s}"
  start_node 2 "$SIZE"
  start_node 3 "$SIZE"
  await_node 2 90
  await_node 3 90
}

# --- disks

# loop_disk I MB: the data directory of node I is an ext4 file system of its own.
loop_disk() {
  mkdir -p "$(node_data "$1")"
  truncate -s "$2M" "$NODES_DIR/disk-$1.img"
  mkfs.ext4 -q "$NODES_DIR/disk-$1.img"
  mount -o loop "$NODES_DIR/disk-$1.img" "$(node_data "$1")"
  rmdir "$(node_data "$1")/lost+found"
}

# power_cut I: what node I did not sync is lost. Writeback is off, or it would save what was to be lost.
power_cut() {
  signal_node "$1" STOP
  xfs_io -x -c shutdown "$(node_data "$1")"
  kill_node "$1"
}

# power_on I: mounts what is left. The kernel is the same, so the marker has to be told that the machine was not.
power_on() {
  umount "$(node_data "$1")"
  mount -o loop "$NODES_DIR/disk-$1.img" "$(node_data "$1")"
  [[ ! -f $(node_data "$1")/running ]] || echo 'another boot' >"$(node_data "$1")/running"
}

log_bytes() { find "$(node_data "$1")" -path "*/$TOPIC-*" -name '*.log' -printf '%s\n' 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'; }

# without_writeback: the kernel is not to save by itself what a power cut is to lose. This is the whole machine's.
without_writeback() {
  writeback_before=$(</proc/sys/vm/dirty_writeback_centisecs)
  echo 0 >/proc/sys/vm/dirty_writeback_centisecs
}

prepare_power_cut_one() {
  LIMIT_MS=5000
  SETTINGS=(topic.defaults.flush.mode=async topic.defaults.flush.ms=5000)
  loop_disk 1 512
  loop_disk 2 512
  loop_disk 3 512
  without_writeback
}
fault_power_cut_one() {
  local before lost
  VICTIM=$(leader_of 0)
  before=$(log_bytes "$VICTIM")
  power_cut "$VICTIM"
  power_on "$VICTIM"
  lost=$((before - $(log_bytes "$VICTIM")))
  restore_writeback
  [[ $lost -le 0 ]] || EVIDENCE="at least $lost bytes of node $VICTIM lost"
  sleep 5
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 90
}

prepare_power_cut_all() {
  LIMIT_MS=25000
  SETTINGS=(topic.defaults.flush.mode=ack)
  RUN_OPTIONS=(--topic-config flush.mode=ack)
  local i
  for i in $(seq 1 "$SIZE"); do loop_disk "$i" 512; done
  without_writeback
}
fault_power_cut_all() {
  local i
  # Beside it, a file that nobody syncs: it shows whether the power cut was one.
  for i in $(seq 1 "$SIZE"); do head -c 100000 /dev/zero >"$(node_data "$i")/not-synced"; done
  for i in $(seq 1 "$SIZE"); do signal_node "$i" STOP; done
  for i in $(seq 1 "$SIZE"); do power_cut "$i"; done
  for i in $(seq 1 "$SIZE"); do
    power_on "$i"
    [[ $(stat -c %s "$(node_data "$i")/not-synced" 2>/dev/null || echo 0) -eq 100000 ]] || EVIDENCE="${EVIDENCE:+$EVIDENCE, }node $i lost what was not synced"
    rm -f "$(node_data "$i")/not-synced"
  done
  restore_writeback
  start_cluster
}

prepare_disk_wiped() { LIMIT_MS=5000; }
fault_disk_wiped() {
  VICTIM=$(leader_of 0)
  kill_node "$VICTIM"
  EVIDENCE="$(log_bytes "$VICTIM") bytes of node $VICTIM deleted"
  rm -rf "$(node_data "$VICTIM")"
  sleep 5
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 90
}

prepare_disk_full() {
  local i
  LIMIT_MS=20000
  mkdir -p "$(node_data 1)" && mount -t tmpfs -o size=256m tmpfs "$(node_data 1)"
}
fault_disk_full() {
  local avail
  VICTIM=1
  dd if=/dev/zero of="$(node_data 1)/filler" bs=64k 2>/dev/null || :
  sleep 12
  avail=$(df --output=avail -k "$(node_data 1)" | awk 'END { print $1 }')
  [[ $avail -gt 64 ]] || EVIDENCE="$avail KiB free on node 1 for 12 s"
  rm "$(node_data 1)/filler"
}

# tracing PID WORDS...: attaches strace to a node, in the background; its pid in tracer_pid.
tracing() {
  local pid=$1
  shift
  strace -f -qq -o "$NODES_DIR/strace.log" -p "$pid" "$@" &
  tracer_pid=$!
}

log_file() { find "$(node_data "$1")/$TOPIC-$2" -name '*.log' | sort | tail -n 1; }

prepare_fsync_error() { LIMIT_MS=10000; }
fault_fsync_error() {
  local before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  tracing "$(node_pid "$VICTIM")" -P "$(log_file "$VICTIM" 0)" -e trace=fdatasync,fsync -e inject=fdatasync,fsync:error=EIO
  sleep 6
  kill "$tracer_pid" 2>/dev/null || :
  wait "$tracer_pid" 2>/dev/null || :
  local failed
  failed=$(grep -c 'EIO.*INJECTED' "$NODES_DIR/strace.log" || :)
  [[ $failed -eq 0 ]] || EVIDENCE="$failed syncs of node $VICTIM failed"
  sleep 4
  if [[ $failed -gt 0 ]]; then
    elected "$before" "$VICTIM"
    [[ $EVIDENCE == leader* ]] || { echo "the node whose sync failed still leads 10 s after" >&2; return 1; }
  fi
  # The partition stays offline on this node until it is started again.
  kill_node "$VICTIM"
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 90
}

# Its writes are held one after the other for 15 s, and the last one for 3 s more: that partition waits as long. The
# others of its shard wait with it; those of other shards go on, of which there are none by default on two processors.
prepare_stalled_writes() {
  LIMIT_MS=20000
  REST_LIMIT_MS=1000
  STEADY=yes
  SETTINGS=(event.loops=2)
  RUN_OPTIONS=(--partitions 8)
}
fault_stalled_writes() {
  local before after stalled
  before=$(epochs)
  VICTIM=$(leader_of 0)
  tracing "$(node_pid "$VICTIM")" -P "$(log_file "$VICTIM" 0)" -e trace=write,writev,pwrite64,pwritev \
    -e inject=write,writev,pwrite64,pwritev:delay_enter=3000000
  sleep 15
  kill "$tracer_pid" 2>/dev/null || :
  wait "$tracer_pid" 2>/dev/null || :
  stalled=$(grep -c 'DELAYED' "$NODES_DIR/strace.log" || :)
  after=$(epochs)
  [[ $stalled -eq 0 ]] || EVIDENCE="$stalled writes of node $VICTIM held for 3 s, leader epochs +$((after - before))"
}

# --- clocks

# Only what asks for the time of day is told another one, see wall-clock.c. While the brokers' clocks are 7 s long three
# days behind, the clients' records are refused as of the future (message.timestamp.after.max.ms).
prepare_clock() {
  local i
  LIMIT_MS=10000
  SETTINGS=(log.retention.check.interval.ms=1000)
  RUN_OPTIONS=(--topic-config retention.ms=3600000 --topic-config segment.bytes=1048576 --value-size 1000)
  command -v cc >/dev/null || { NOT_RUN='no C compiler (cc)'; return 0; }
  cc -shared -fPIC -O1 -o "$NODES_DIR/wall-clock.so" scripts/lib/wall-clock.c -ldl
  set_clocks 0
  for i in $(seq 1 "$SIZE"); do
    PREFIX[$i]="env LD_PRELOAD=$NODES_DIR/wall-clock.so WALL_CLOCK_FILE=$NODES_DIR/clock"
  done
}

set_clocks() { echo "$1" >"$NODES_DIR/clock"; }

# clock_ahead: by how many seconds the clock that stamps records on a node is ahead of this machine's.
clock_ahead() {
  local stamped
  stamped=$(client_run curl -s -m 5 -X POST -H 'Content-Type: application/octet-stream' --data x \
    "http://$(node_host 1):$(node_port 1 http)/v1/topics/clock-probe/records" | jq -r '.results[0].logAppendTimeMs')
  echo $((stamped / 1000 - $(date +%s)))
}

fault_clock() {
  local ahead behind
  [[ -z $NOT_RUN ]] || return 0
  create_topic 1 clock-probe '{"partitions":1,"settings":{"message.timestamp.type":"LogAppendTime"}}'
  set_clocks 7200
  sleep 7
  ahead=$(clock_ahead)
  set_clocks -259200
  sleep 7
  behind=$(clock_ahead)
  [[ $ahead -lt 7000 || $behind -gt -250000 ]] || EVIDENCE="records stamped $ahead s ahead, then $((-behind)) s behind"
  set_clocks 0
  sleep 3
}

# --- groups

prepare_members_come_and_go() { LIMIT_MS=1000; RUN_OPTIONS=(--members 30 --member-life 500 --partitions 12); }
fault_members_come_and_go() {
  sleep 20
  local newest
  # They are numbered from 0 on; who holds no partition is in no line.
  newest=$(grep -o '"reader":"m[0-9]*"' "$NODES_DIR/$TOPIC.jsonl" | tr -dc '0-9\n' | sort -n | tail -n 1)
  [[ ${newest:-0} -lt 30 ]] || EVIDENCE="$((newest + 1)) members in all"
}
