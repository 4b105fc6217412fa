#!/usr/bin/env bash
# A cluster of several nodes on this machine, from the fat jar.
#
#   scripts/cluster-local.sh start N      starts the nodes 1 to N that do not run yet, and waits until they are ready; the first
#                                         start founds the cluster, later ones add to it
#   scripts/cluster-local.sh stop [I]     stops node I, or all, cleanly
#   scripts/cluster-local.sh kill I       kill -9 of node I
#   scripts/cluster-local.sh restart I    starts node I again, after a stop if it runs
#   scripts/cluster-local.sh status       which nodes run, their addresses and pids, and what the cluster says of itself
#   scripts/cluster-local.sh bootstrap    the TCP addresses of all nodes, for --bootstrap-server
#   scripts/cluster-local.sh port I WHAT  a port of node I: tcp, http, kafka, cluster or bus
#   scripts/cluster-local.sh wipe         deletes the data of a cluster that does not run
#
# Environment: CLUSTER_DIR (target/cluster) holds data, logs and pids; CLUSTER_BASE_PORT (21000): node I has tcp at base + 10 I,
# http + 1, kafka + 2, discovery + 3, bus + 4; CLUSTER_SETTINGS: more settings of every node, "name=value name=value".
set -euo pipefail

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
NODES_DIR=${CLUSTER_DIR:-$home/target/cluster}
base=${CLUSTER_BASE_PORT:-21000}
# shellcheck source=scripts/lib/nodes.sh
source "$home/scripts/lib/nodes.sh"

fail() { echo "cluster-local.sh: $1" >&2; exit 2; }

node_host() { echo 127.0.0.1; }
node_port() { local_port "$base" "$@" || fail "there is no port '$2': tcp, http, kafka, cluster or bus"; }
node_data() { echo "$NODES_DIR/data-$1"; }
node_command() { :; }
node_settings() {
  local each
  for each in ${CLUSTER_SETTINGS:-}; do echo "$each"; done
}

# known: the numbers of the nodes that were ever started.
known() {
  local file
  for file in "$NODES_DIR"/*.pid; do
    [[ ! -e $file ]] || basename "$file" .pid
  done | sort -n
}

number() {
  [[ ${1:-} =~ ^[1-9][0-9]*$ ]] || fail "expected the number of a node, got '${1:-}'"
  echo "$1"
}

start() {
  local n i
  n=$(number "${1:-}")
  for ((i = 1; i <= n; i++)); do start_node "$i" "$n"; done
  for ((i = 1; i <= n; i++)); do await_node "$i" 120; done
  status
}

stop() {
  local i nodes
  nodes=${1:-$(known)}
  for i in $nodes; do signal_node "$i" TERM; done
  for i in $nodes; do stop_node "$i"; done
}

restart() {
  local i
  i=$(number "${1:-}")
  stop_node "$i"
  start_node "$i" "$(known | wc -l)"
  await_node "$i" 120
}

status() {
  local i pid running=
  echo "cluster in $NODES_DIR"
  for i in $(known); do
    pid=$(node_pid "$i")
    [[ -z $pid ]] || running+=${running:+,}$(node_host "$i"):$(node_port "$i" tcp)
    echo "node $i: $([[ -n $pid ]] && echo "runs, pid $pid" || echo 'does not run'), tcp $(node_host "$i"):$(node_port "$i" tcp)," \
      "http $(node_host "$i"):$(node_port "$i" http), kafka $(node_host "$i"):$(node_port "$i" kafka), log $NODES_DIR/$i.log"
  done
  [[ -z $running ]] || "$home/scripts/millrace" cluster status -b "$running"
}

port() {
  node_port "$(number "${1:-}")" "${2:-tcp}"
}

bootstrap() {
  local i all=
  for i in $(known); do all+=${all:+,}$(node_host "$i"):$(node_port "$i" tcp); done
  echo "$all"
}

wipe() {
  local i
  for i in $(known); do
    [[ -z $(node_pid "$i") ]] || fail "node $i runs: stop it first"
  done
  rm -rf "$NODES_DIR"
}

command=${1:-}
[[ $# -eq 0 ]] || shift
case $command in
  start | stop | restart | status | bootstrap | port | wipe) "$command" "$@" ;;
  kill) kill_node "$(number "${1:-}")" ;;
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" ;;
  *) fail "unknown command '$command'; scripts/cluster-local.sh --help lists them" ;;
esac
