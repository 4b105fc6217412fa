#!/usr/bin/env bash
# Makes two archives of the classes that a node loads as it starts, already parsed and checked: target/millrace.jsa of a node by itself,
# target/millrace-cluster.jsa of a node with seeds, which loads half as many again. scripts/millrace uses the one that fits, as long as
# it is newer than the jar, and a node then starts with less than half of the CPU. They belong to this jar, at this path, and this JDK:
# the JVM takes no other, and starts without.
#
#   scripts/class-archive.sh               makes them anew
#   scripts/class-archive.sh --if-needed   only those that are missing or older than the jar
#
# Environment: MILLRACE_JAR (target/millrace.jar; the archives are beside it), JAVA_HOME.
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
jar=${MILLRACE_JAR:-$home/target/millrace.jar}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

if_needed=no
case ${1:-} in
  --if-needed) if_needed=yes ;;
  '') ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 2 ;;
esac

work=$(mktemp -d)
node=
archive=
end() {
  [[ -z $node ]] || kill -9 "$node" 2>/dev/null || true
  rm -rf "$work" "$archive.$$"
}
trap end EXIT

fail() {
  echo "class-archive.sh: $1; the last it said:" >&2
  tail -n 5 "$work/log" >&2
  exit 1
}

# free_ports N: N ports next to each other that nobody listens on; a node of a cluster has to be told which.
free_ports() {
  local first port
  while :; do
    first=$((20000 + RANDOM % 10000))
    for ((port = first; port < first + $1; port++)); do
      if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue 2; fi
    done
    echo "$first"
    return
  done
}

# list_classes PORT ARGUMENT...: runs a node that listens from PORT + 2 on, uses it a little, and lists its classes in $work/classes.
list_classes() {
  local port=$1 tcp=127.0.0.1:$(($1 + 2)) deadline=$((SECONDS + 120))
  shift
  : >"$work/log"
  MILLRACE_JAVA_OPTS="-XX:DumpLoadedClassList=$work/classes" "$home/scripts/millrace" serve --data "$work/data" --set "tcp.port=$((port + 2))" \
    --set "http.port=$((port + 3))" --set "kafka.port=$((port + 4))" "$@" >"$work/log" 2>&1 &
  node=$!
  until grep -q 'is ready: ' "$work/log"; do
    kill -0 "$node" 2>/dev/null || fail 'the node ended'
    [[ $SECONDS -lt $deadline ]] || fail 'the node is not ready after 120 s'
    sleep 0.1
  done
  "$home/scripts/millrace" topic create archive --bootstrap-server "$tcp" >/dev/null
  printf '{"a":1}\n{"a":2}\n' | "$home/scripts/millrace" produce archive --acks all --bootstrap-server "$tcp" >/dev/null 2>&1 || fail 'it takes no records'
  "$home/scripts/millrace" consume archive --from earliest --max 2 --bootstrap-server "$tcp" >/dev/null 2>&1 || fail 'it gives no records'
  kill "$node"
  wait "$node" || fail 'the node did not stop cleanly'
  node=
  rm -rf "$work/data"
}

# write_archive FILE: of the classes that were listed. The collector has to be the one that a node has.
write_archive() {
  "$java" @"$home/conf/server.jvm.options" -Xshare:dump -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$1.$$" \
    -Xlog:cds=error -Xlog:cds+dynamic=error -cp "$jar" >"$work/log" 2>&1 || fail 'the JVM wrote no archive'
  mv "$1.$$" "$1"
}

# make_archive FILE PORT ARGUMENT...: of what a node loads that is started so, if it is wanted.
make_archive() {
  archive=$1
  shift
  [[ $if_needed == no || ! $archive -nt $jar ]] || return 0
  rm -f "$archive"
  list_classes "$@"
  write_archive "$archive"
}

port=$(free_ports 5)
make_archive "${jar%.jar}.jsa" "$port"
# A cluster of one node, whose seed it is itself: so it comes to the classes that a node of a cluster needs.
make_archive "${jar%.jar}-cluster.jsa" "$port" --bootstrap --set "cluster.seeds=127.0.0.1:$port" --set cluster.host=127.0.0.1 \
  --set "cluster.port=$port" --set "cluster.bus.port=$((port + 1))"
