# shellcheck shell=bash
# The faults of docs/reliability.md, to be sourced by scripts/faults.sh: prepare_X changes what the cluster is started with,
# fault_X injects, sets EVIDENCE to what shows that it bit, and heals. Nodes are named by number, ended by pid.

scenario_names() { declare -F | sed -n 's/^declare -f fault_//p'; }

# elected BEFORE [NOT]: evidence that leaders changed.
elected() {
  local after
  after=$(epochs "${2:-}")
  [[ $after -gt $1 ]] && EVIDENCE="leader epochs +$((after - $1))${EVIDENCE:+, $EVIDENCE}"
  return 0
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
  await_node "$VICTIM" 30
}

prepare_kill_leader() { LIMIT_MS=4000; }
fault_kill_leader() {
  local before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  kill_node "$VICTIM"
  sleep 8
  elected "$before" "$VICTIM"
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 30
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
  await_node "$before" 30
}

prepare_kill_all() { LIMIT_MS=20000; LOAD_SECONDS=45; }
fault_kill_all() {
  local i
  for i in $(seq 1 "$SIZE"); do signal_node "$i" KILL; done
  for i in $(seq 1 "$SIZE"); do await_end "$i" 10; done
  EVIDENCE='no process left'
  start_cluster
}

# Every node in turn, again and again: FAULTS_KILLS of them.
prepare_kills() { LOAD_SECONDS=$((${FAULTS_KILLS:-6} * 9 + 10)); LIMIT_MS=6000; }
fault_kills() {
  local i before
  before=$(epochs)
  for ((i = 0; i < ${FAULTS_KILLS:-6}; i++)); do
    VICTIM=$(leader_of $((i % 6))) || VICTIM=$((i % SIZE + 1))
    kill_node "$VICTIM"
    sleep 4
    start_node "$VICTIM" "$SIZE"
    await_node "$VICTIM" 30
    sleep 2
  done
  elected "$before"
  EVIDENCE=${EVIDENCE:+$i kills, $EVIDENCE}
}

prepare_rolling_restart() { LIMIT_MS=1000; LOAD_SECONDS=60; }
fault_rolling_restart() {
  local i before
  before=$(epochs)
  for i in $(seq 1 "$SIZE"); do
    stop_node "$i"
    start_node "$i" "$SIZE"
    await_node "$i" 30
    await_in_sync
  done
  elected "$before"
}

prepare_pause_leader() { LIMIT_MS=10000; LOAD_SECONDS=45; }
fault_pause_leader() {
  local before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  signal_node "$VICTIM" STOP
  sleep 20
  elected "$before" "$VICTIM"
  signal_node "$VICTIM" CONT
}

prepare_pauses() { LIMIT_MS=3000; }
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

# cut_and_hold SECONDS [NOT]: what was cut stays cut so long; evidence are dropped packets and new leaders.
cut_and_hold() {
  sleep "$1"
  local packets
  packets=$(dropped "$SIZE")
  [[ $packets -eq 0 ]] || EVIDENCE="$packets packets dropped"
}

prepare_partition_symmetric() { LIMIT_MS=10000; LOAD_SECONDS=45; }
fault_partition_symmetric() {
  local i before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  for i in $(others "$VICTIM") $LAB_CLIENT; do cut_both "$VICTIM" "$i"; done
  cut_and_hold 15
  elected "$before" "$VICTIM"
}

prepare_leader_cut_from_peers() { LIMIT_MS=10000; LOAD_SECONDS=45; }
fault_leader_cut_from_peers() {
  local i before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  for i in $(others "$VICTIM"); do cut_both "$VICTIM" "$i"; done
  cut_and_hold 15
  elected "$before" "$VICTIM"
}

prepare_partition_one_way() { LIMIT_MS=10000; LOAD_SECONDS=45; }
fault_partition_one_way() {
  local i before
  before=$(epochs)
  VICTIM=$(leader_of 0)
  for i in $(others "$VICTIM"); do cut_one_way "$VICTIM" "$i"; done
  cut_and_hold 15
  elected "$before" "$VICTIM"
}

prepare_partition_bridge() { LIMIT_MS=10000; LOAD_SECONDS=45; }
fault_partition_bridge() {
  local before
  before=$(epochs)
  cut_both 1 2
  cut_and_hold 15
  elected "$before"
}

prepare_discovery_cut() { LIMIT_MS=1000; LOAD_SECONDS=40; }
fault_discovery_cut() {
  local before after
  before=$(epochs)
  cut_port 1 2 "$(node_port 1 cluster)"
  cut_port 1 3 "$(node_port 1 cluster)"
  cut_port 2 3 "$(node_port 1 cluster)"
  cut_and_hold 25
  after=$(epochs)
  [[ -z $EVIDENCE ]] || EVIDENCE+=", leader epochs +$((after - before))"
}

prepare_loss() { LIMIT_MS=5000; }
fault_loss() {
  local i
  for i in $(seq 1 "$SIZE"); do lose "$i" 0.05; done
  cut_and_hold 15
}

prepare_majority_lost() { LIMIT_MS=25000; LOAD_SECONDS=45; }
fault_majority_lost() {
  kill_node 2
  kill_node 3
  sleep 12
  EVIDENCE="1 of 3 nodes for 12 s"
  start_node 2 "$SIZE"
  start_node 3 "$SIZE"
  await_node 2 30
  await_node 3 30
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
  echo "${writeback_before:-500}" >/proc/sys/vm/dirty_writeback_centisecs
  [[ $lost -le 0 ]] || EVIDENCE="at least $lost bytes of node $VICTIM lost"
  sleep 5
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 30
}

prepare_power_cut_all() {
  LIMIT_MS=25000
  LOAD_SECONDS=45
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
  echo "${writeback_before:-500}" >/proc/sys/vm/dirty_writeback_centisecs
  start_cluster
}

prepare_disk_wiped() { LIMIT_MS=5000; LOAD_SECONDS=40; }
fault_disk_wiped() {
  VICTIM=$(leader_of 0)
  kill_node "$VICTIM"
  EVIDENCE="$(log_bytes "$VICTIM") bytes of node $VICTIM deleted"
  rm -rf "$(node_data "$VICTIM")"
  sleep 5
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 30
}

prepare_disk_full() {
  local i
  LIMIT_MS=20000
  LOAD_SECONDS=40
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
  VICTIM=$(leader_of 0)
  tracing "$(node_pid "$VICTIM")" -P "$(log_file "$VICTIM" 0)" -e trace=fdatasync,fsync -e inject=fdatasync,fsync:error=EIO
  sleep 6
  kill "$tracer_pid" 2>/dev/null || :
  wait "$tracer_pid" 2>/dev/null || :
  local failed
  failed=$(grep -c 'EIO.*INJECTED' "$NODES_DIR/strace.log" || :)
  [[ $failed -eq 0 ]] || EVIDENCE="$failed syncs of node $VICTIM failed"
  sleep 4
  # The partition stays offline on this node until it is started again.
  kill_node "$VICTIM"
  start_node "$VICTIM" "$SIZE"
  await_node "$VICTIM" 30
}

prepare_stalled_writes() { LIMIT_MS=10000; LOAD_SECONDS=40; }
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

# On a single node this scenario once came to a standstill, for a reason that is not known. Seen since: the JDK's own timers tick on
# under the library through both jumps, though a sleep of 9 s takes 11.4 s. The library also stands before timerfd_settime and
# epoll_wait, which Netty's transport for Linux lives by and which were not tried alone. So a gap in this row may be the library's.

prepare_clock() {
  local i library
  LIMIT_MS=3000
  library=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)
  SETTINGS=(log.retention.check.interval.ms=1000)
  RUN_OPTIONS=(--topic-config retention.ms=3600000 --topic-config segment.bytes=1048576 --value-size 1000)
  for i in $(seq 1 "$SIZE"); do
    echo '+0' >"$NODES_DIR/clock-$i"
    PREFIX[$i]="env LD_PRELOAD=$library DONT_FAKE_MONOTONIC=1 FAKETIME_TIMESTAMP_FILE=$NODES_DIR/clock-$i FAKETIME_CACHE_DURATION=1"
  done
}
fault_clock() {
  local i before after
  before=$(date -u +%s)
  for i in $(seq 1 "$SIZE"); do echo '+2h' >"$NODES_DIR/clock-$i"; done
  sleep 7
  after=$(env "LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)" FAKETIME_TIMESTAMP_FILE="$NODES_DIR/clock-1" date -u +%s)
  for i in $(seq 1 "$SIZE"); do echo '-3d' >"$NODES_DIR/clock-$i"; done
  sleep 7
  [[ $((after - before)) -lt 7000 ]] || EVIDENCE="clocks of all nodes +2 h, then -3 d"
  for i in $(seq 1 "$SIZE"); do echo '+0' >"$NODES_DIR/clock-$i"; done
}

# --- groups

prepare_members_come_and_go() { LIMIT_MS=1000; RUN_OPTIONS=(--members 30 --member-life 500 --partitions 12); }
fault_members_come_and_go() {
  sleep 20
  local members
  members=$(grep -o '"reader":"m[0-9]*"' "$NODES_DIR/history.jsonl" | sort -u | wc -l)
  [[ $members -le 30 ]] || EVIDENCE="$members members in all"
}
