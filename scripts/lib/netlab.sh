# shellcheck shell=bash
# Hosts as network namespaces on a bridge, to be sourced: mrl1 to mrlN for nodes, mrl9 for clients, 10.78.77.I each. Needs root.
# Nothing outside these namespaces is touched.

readonly LAB_PREFIX=mrl
readonly LAB_NET=10.78.77
readonly LAB_CLIENT=9

lab_host() { echo "$LAB_NET.$1"; }
lab_ns() { echo "$LAB_PREFIX$1"; }

# lab_up N: makes the hosts.
lab_up() {
  local i
  lab_down
  ip netns add "${LAB_PREFIX}sw"
  ip -n "${LAB_PREFIX}sw" link add br0 type bridge
  ip -n "${LAB_PREFIX}sw" link set br0 up
  for i in $(seq 1 "$1") $LAB_CLIENT; do
    ip netns add "$(lab_ns "$i")"
    ip link add e0 netns "$(lab_ns "$i")" type veth peer name "p$i" netns "${LAB_PREFIX}sw"
    ip -n "${LAB_PREFIX}sw" link set "p$i" master br0 up
    ip -n "$(lab_ns "$i")" addr add "$(lab_host "$i")/24" dev e0
    ip -n "$(lab_ns "$i")" link set e0 up
    ip -n "$(lab_ns "$i")" link set lo up
  done
}

lab_down() {
  local name
  for name in 1 2 3 4 5 $LAB_CLIENT sw; do
    ip netns del "$LAB_PREFIX$name" 2>/dev/null || :
  done
}

# lab_enter I: the words that run a command on host I. Not "ip netns exec": that has mounts of its own, a copy of all that there
# are, so that a disk taken away here would stay in use there.
lab_enter() { printf '%s\n' nsenter "--net=/run/netns/$(lab_ns "$1")"; }

# lab_on I COMMAND...: runs a command on host I.
lab_on() {
  local words
  mapfile -t words < <(lab_enter "$1")
  shift
  "${words[@]}" "$@"
}

# cut_one_way FROM TO: what FROM sends does not reach TO.
cut_one_way() { lab_on "$2" iptables -A INPUT -s "$(lab_host "$1")" -j DROP; }

cut_both() {
  cut_one_way "$1" "$2"
  cut_one_way "$2" "$1"
}

# cut_port A B PORT: nothing between A and B that has PORT on either side.
cut_port() {
  local side other
  for side in "$1 $2" "$2 $1"; do
    read -r side other <<<"$side"
    lab_on "$side" iptables -A INPUT -s "$(lab_host "$other")" -p tcp --dport "$3" -j DROP
    lab_on "$side" iptables -A INPUT -s "$(lab_host "$other")" -p tcp --sport "$3" -j DROP
  done
}

# lose I SHARE: drops a share of what comes to host I, 0.05 for 5 %.
lose() { lab_on "$1" iptables -A INPUT -m statistic --mode random --probability "$2" -j DROP; }

# dropped: packets that the rules of all hosts have dropped.
dropped() {
  local i total=0
  for i in $(seq 1 "$1"); do
    total=$((total + $(lab_on "$i" iptables -L INPUT -v -x -n | awk '$3 == "DROP" { n += $1 } END { print n + 0 }')))
  done
  echo "$total"
}

# heal N: takes every rule away.
heal() {
  local i
  for i in $(seq 1 "$1") $LAB_CLIENT; do lab_on "$i" iptables -F INPUT; done
}
