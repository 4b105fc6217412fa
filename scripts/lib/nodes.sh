# shellcheck shell=bash
# Starts and ends the nodes of a cluster on this machine, to be sourced. Nodes are numbered from 1. The caller sets NODES_DIR,
# and defines
#   node_host I       the address that node I binds and is reached at
#   node_port I WHAT  a port of node I: tcp, http, kafka, cluster or bus
#   node_data I       its data directory
#   node_command I    words to put before its command, one a line (a network namespace, a tracer); may print nothing
#   node_settings I   more settings, name=value, one a line; may print nothing
# NODES_DIR/I.pid holds the pid of node I, NODES_DIR/I.log what it prints. Nothing is ever ended by name.

nodes_home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# local_port BASE I WHAT: the port of node I where all nodes share one address; fails if there is no such port.
local_port() {
  local offset
  case $3 in tcp) offset=0 ;; http) offset=1 ;; kafka) offset=2 ;; cluster) offset=3 ;; bus) offset=4 ;; *) return 1 ;; esac
  echo $(($1 + 10 * $2 + offset))
}

# seeds_of SIZE: the discovery addresses of the first nodes, kept from the first start, so that later nodes join and none founds.
seeds_of() {
  local i seeds=
  if [[ ! -f $NODES_DIR/seeds ]]; then
    for ((i = 1; i <= $1; i++)); do seeds+=${seeds:+,}$(node_host "$i"):$(node_port "$i" cluster); done
    echo "$seeds" >"$NODES_DIR/seeds"
  fi
  cat "$NODES_DIR/seeds"
}

# node_pid I: the pid of node I if it runs, else nothing.
node_pid() {
  local pid
  [[ -f $NODES_DIR/$1.pid ]] || return 0
  pid=$(<"$NODES_DIR/$1.pid")
  # The pid may have been given to somebody else since; or it ends while this looks, and cannot be read any more.
  if { tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q 'serve --data '"$(node_data "$1") "; } 2>/dev/null; then
    echo "$pid"
  fi
}

# start_node I SIZE: starts node I of a cluster that began with SIZE nodes; does not wait. With NODES_ALONE=yes it joins none.
start_node() {
  local i=$1 host words=() settings=() line
  [[ -z $(node_pid "$i") ]] || return 0
  mkdir -p "$NODES_DIR" "$(node_data "$i")"
  host=$(node_host "$i")
  settings=("node.id=$i" "tcp.host=$host" "http.host=$host" "kafka.host=$host")
  for line in tcp http kafka; do settings+=("$line.port=$(node_port "$i" "$line")"); done
  if [[ ${NODES_ALONE:-no} != yes ]]; then
    settings+=("cluster.seeds=$(seeds_of "$2")" "cluster.host=$host"
      "cluster.port=$(node_port "$i" cluster)" "cluster.bus.port=$(node_port "$i" bus)")
  fi
  while read -r line; do [[ -z $line ]] || settings+=("$line"); done < <(node_settings "$i")
  while read -r line; do [[ -z $line ]] || words+=("$line"); done < <(node_command "$i")
  words+=("$nodes_home/scripts/millrace" serve --data "$(node_data "$i")")
  for line in "${settings[@]}"; do words+=(--set "$line"); done
  printf -- '---- start\n' >>"$NODES_DIR/$i.log"
  # A session of its own: Ctrl-C in the terminal does not end it.
  setsid "${words[@]}" >>"$NODES_DIR/$i.log" 2>&1 </dev/null &
  echo $! >"$NODES_DIR/$i.pid"
  # The shell is not to report that a node was killed: that is what it is for.
  disown $!
}

# says_ready I: whether node I has said since its last start that it is ready. Not by a pipe into "grep -q", which ends before what
# writes into it, whose failure pipefail then takes for an answer.
says_ready() { awk '/^---- start$/ { ready = 0 } /is ready: / { ready = 1 } END { exit !ready }' "$NODES_DIR/$1.log"; }

# await_node I SECONDS: waits until node I says that it is ready.
await_node() {
  local deadline=$((SECONDS + $2))
  until says_ready "$1"; do
    if [[ -z $(node_pid "$1") ]]; then
      # The command may not have become the node yet.
      kill -0 "$(<"$NODES_DIR/$1.pid")" 2>/dev/null || { node_failed "$1" 'ended'; return 1; }
    fi
    [[ $SECONDS -lt $deadline ]] || { node_failed "$1" "is not ready after $2 s"; return 1; }
    sleep 0.1
  done
}

node_failed() {
  echo "$(basename "$0"): node $1 $2; $NODES_DIR/$1.log ends with:" >&2
  tail -n 4 "$NODES_DIR/$1.log" >&2
}

# signal_node I SIGNAL: by pid, if it runs.
signal_node() {
  local pid
  pid=$(node_pid "$1")
  [[ -n $pid ]] || return 0
  kill "-$2" "$pid"
}

# await_end I SECONDS: waits until node I has ended.
await_end() {
  local deadline=$((SECONDS + $2))
  while [[ -n $(node_pid "$1") ]]; do
    [[ $SECONDS -lt $deadline ]] || return 1
    sleep 0.1
  done
}

# stop_node I: SIGTERM, and SIGKILL if that does not end it in 20 s.
stop_node() {
  signal_node "$1" TERM
  await_end "$1" 20 || { echo "$(basename "$0"): node $1 did not stop in 20 s and is killed" >&2; kill_node "$1"; }
}

# kill_node I: SIGKILL.
kill_node() {
  signal_node "$1" KILL
  await_end "$1" 10
}
