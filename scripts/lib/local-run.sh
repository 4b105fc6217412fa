# shellcheck shell=bash
# A cluster of processes on this machine for one long run, to be sourced from the project's root. Everything is in NODES_DIR,
# a temporary folder that is removed if the run came to its end. The caller sets BASE_PORT: node I has tcp at base + 10 I, http + 1,
# kafka + 2, discovery + 3, bus + 4; and may set SETTINGS, more settings of every node.
# A run says what it saw, line by line, and ends with the exit code 0 only if everything held.

# shellcheck source=scripts/lib/prerequisites.sh
source scripts/lib/prerequisites.sh
# shellcheck source=scripts/lib/nodes.sh
source scripts/lib/nodes.sh
# shellcheck source=scripts/lib/clients.sh
source scripts/lib/clients.sh

NODES_DIR=$(mktemp -d)
RATE=${RATE:-500}
DRAIN_SECONDS=60
SETTINGS=()
TOPICS=()         # of the loads that were started
run_began=$SECONDS
run_held=no

node_host() { echo 127.0.0.1; }
node_port() { local_port "$BASE_PORT" "$@"; }
node_data() { echo "$NODES_DIR/data-$1"; }
node_command() { :; }
node_settings() { [[ ${#SETTINGS[@]} -eq 0 ]] || printf '%s\n' "${SETTINGS[@]}"; }
client_command() { :; }

# say WORDS...: what was seen, and when.
say() { printf '%4d s  %s\n' $((SECONDS - run_began)) "$*"; }

# require_run: what a run needs; the jar has to be of the sources as they are.
require_run() {
  local pair
  for pair in jq:jq curl:curl setsid:util-linux; do
    command -v "${pair%%:*}" >/dev/null || install_or_fail "${pair##*:}" "${pair%%:*}"
  done
  if [[ ! -f target/millrace.jar || -n $(find src/main pom.xml -newer target/millrace.jar -print -quit) ]]; then
    # shellcheck disable=SC2086
    mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} --quiet package -DskipTests
  fi
  scripts/class-archive.sh --if-needed
  trap end_run EXIT
}

# end_run: ends what was started, however the run ends.
end_run() {
  local file topic
  set +e
  for topic in "${TOPICS[@]}"; do kill_load "$topic"; done
  for file in "$NODES_DIR"/*.pid; do
    [[ $file == *.clients.pid || ! -e $file ]] || kill_node "$(basename "$file" .pid)"
  done
  if [[ $run_held == yes ]]; then
    rm -rf "$NODES_DIR"
  else
    echo "What is left of the run: $NODES_DIR" >&2
  fi
}

# start_nodes SEEDS I...: starts these nodes, with the first SEEDS nodes as seeds, and waits until all are ready.
start_nodes() {
  local seeds=$1 i
  shift
  for i in "$@"; do start_node "$i" "$seeds"; done
  for i in "$@"; do await_node "$i" 90; done
}

# await_that SECONDS WHAT COMMAND...: until the command succeeds; says how long that took.
await_that() {
  local seconds=$1 what=$2 began=$SECONDS
  shift 2
  until "$@"; do
    if [[ $((SECONDS - began)) -ge $seconds ]]; then
      say "NOT SEEN in $seconds s: $what"
      return 1
    fi
    sleep 0.5
  done
  say "$what (after $((SECONDS - began)) s)"
}

# cluster_says I FILTER: whether a jq filter holds of the cluster as node I sees it.
cluster_says() { ask "$1" /v1/cluster | jq -e "$2" >/dev/null 2>&1; }

# is_whole I: every partition has a leader, and each of its replicas is in sync.
is_whole() { cluster_says "$1" '.offlinePartitionCount == 0 and .underReplicatedPartitionCount == 0 and .controller >= 0'; }

# shares I: what each node leads and has, as node I sees it.
shares() {
  ask "$1" /v1/cluster | jq -r '"controller \(.controller), voters \(.voters), learners \(.learners); node: leads/replicas " +
    ([.brokers[] | "\(.nodeId): \(.leads)/\(.replicas)" + (if .fenced then " fenced" elif .draining then " draining" else "" end)] | join(", "))'
}

# topic_shares I TOPIC: how many of a topic's partitions each node leads and has.
topic_shares() {
  ask "$1" "/v1/topics/$2" | jq -c '{leads: ([.partitions[].leader] | group_by(.) | map({(.[0] | tostring): length}) | add),
    replicas: ([.partitions[].replicas[]] | group_by(.) | map({(.[0] | tostring): length}) | add)}'
}

# finish TOPIC I...: stops the clients if they still send, and checks their history with the disks of these nodes, which hold every replica.
finish() {
  local topic=$1 result code=0
  shift
  if [[ ! -s $NODES_DIR/$topic.report.json ]]; then stop_load "$topic"; fi
  result=$(check_load "$topic" "$@") || code=$?
  say "$topic: ${result:-clean}; $(load_counts "$topic")"
  return "$code"
}
