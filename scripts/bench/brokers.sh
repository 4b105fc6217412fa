# Starts and stops one broker or three, of Apache Kafka or of this build, on this machine. Sourced by measure.sh.
#
#   start_kafka, start_millrace    with empty data; set pids (from 1), bootstrap and started_ms, until the first Metadata answer that names a broker
#   restart_broker SYSTEM I        one that was ended
#   stop_brokers                   ends them and deletes their data
#
# Reads: nodes (1 or 3), work (a directory), kafka_libraries (a directory of jars), load (the command of Load.java), root (of the project),
# flush (async by default; ack: an fsync before each acknowledgement).
# shellcheck shell=bash disable=SC2154

pids=()
bootstrap=

# begin_ready PORT: a process that waits for a broker at that port; end_ready sets started_ms.
begin_ready() {
  coproc READY { $load ready 127.0.0.1 "$1" 2>&1; }
  local line
  read -r line <&"${READY[0]}"
  [ "$line" = waiting ] || { echo "$(basename "$0"): $line" >&2; exit 1; }
}
end_ready() {
  local line waiter=$READY_PID
  echo "$1" >&"${READY[1]}"
  read -r line <&"${READY[0]}"
  wait "$waiter" || { echo "$(basename "$0"): $line; see $work" >&2; exit 1; }
  started_ms=${line#RESULT }
}

addresses() {
  local i all=
  for ((i = 1; i <= nodes; i++)); do all+=${all:+,}127.0.0.1:$(($1 + 10 * i)); done
  echo "$all"
}

# What Kafka ships as config/server.properties, with loopback addresses.
kafka_properties() {
  local i=$1 voters=
  cat <<END
process.roles=broker,controller
node.id=$i
listeners=PLAINTEXT://127.0.0.1:$((31000 + 10 * i)),CONTROLLER://127.0.0.1:$((31001 + 10 * i))
advertised.listeners=PLAINTEXT://127.0.0.1:$((31000 + 10 * i)),CONTROLLER://127.0.0.1:$((31001 + 10 * i))
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
controller.quorum.bootstrap.servers=$(addresses 31001)
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=$work/kafka-$i
num.partitions=1
num.recovery.threads.per.data.dir=2
offsets.topic.replication.factor=$nodes
share.coordinator.state.topic.replication.factor=$nodes
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=$nodes
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
END
  [ "${flush:-async}" = async ] || echo log.flush.interval.messages=1
}

# A directory id for each controller, so that three can be formatted as one quorum.
kafka_controllers() {
  local i all=
  for ((i = 1; i <= nodes; i++)); do
    all+=${all:+,}$i@127.0.0.1:$((31001 + 10 * i)):AAAAAAAAQACAAAAAAAAA${i}Q
  done
  echo "$all"
}

# run_kafka I: what kafka-run-class.sh of the release runs, in the background.
run_kafka() {
  java -Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 \
    -XX:+ExplicitGCInvokesConcurrent -XX:MaxInlineLevel=15 -Djava.awt.headless=true -Dlog4j2.level=ERROR \
    -cp "$kafka_libraries/*" kafka.Kafka "$work/kafka-$1.properties" >"$work/kafka-$1.log" 2>&1 </dev/null &
  pids[$1]=$!
  disown "$!"
}

start_kafka() {
  local i
  for ((i = 1; i <= nodes; i++)); do
    rm -rf "$work/kafka-$i"
    kafka_properties "$i" >"$work/kafka-$i.properties"
    java -cp "$kafka_libraries/*" kafka.tools.StorageTool format -t AAAAAAAAQACAAAAAAAAAAQ \
      --initial-controllers "$(kafka_controllers)" -c "$work/kafka-$i.properties" >"$work/format-$i.log" 2>&1 ||
      { tail -n 3 "$work/format-$i.log" >&2; exit 1; }
  done
  bootstrap=$(addresses 31000)
  begin_ready 31010
  local begun
  begun=$(date +%s%3N)
  for ((i = 1; i <= nodes; i++)); do run_kafka "$i"; done
  end_ready "$begun"
}

NODES_DIR=$work/millrace
NODES_ALONE=$([ "$nodes" -gt 1 ] && echo no || echo yes)
node_host() { echo 127.0.0.1; }
node_port() { local_port 32000 "$@"; }
node_data() { echo "$NODES_DIR/data-$1"; }
node_command() { :; }
node_settings() { [ "${flush:-async}" = async ] || echo topic.defaults.flush.mode=ack; }
# shellcheck source=scripts/lib/nodes.sh
source "$root/scripts/lib/nodes.sh"

start_millrace() {
  local i begun
  rm -rf "$NODES_DIR"
  bootstrap=$(addresses 32002)
  begin_ready 32012
  begun=$(date +%s%3N)
  for ((i = 1; i <= nodes; i++)); do begin_node "$i"; done
  end_ready "$begun"
  for ((i = 1; i <= nodes; i++)); do
    await_node "$i" 120
    pids[i]=$(node_pid "$i")
  done
}

begin_node() {
  start_node "$1" "$nodes"
  disown "$!" 2>/dev/null || : # Where it is a job at all: the shell says nothing when it is killed.
}

# restart_broker SYSTEM I: after a kill.
restart_broker() {
  if [ "$1" = kafka ]; then
    run_kafka "$2"
  else
    begin_node "$2"
    await_node "$2" 120
    pids[$2]=$(node_pid "$2")
  fi
}

stop_brokers() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || :; done
  for pid in "${pids[@]}"; do tail --pid="$pid" -f /dev/null; done
  pids=()
  rm -rf "$work"/kafka-[0-9] "$NODES_DIR"
}
