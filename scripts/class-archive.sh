#!/usr/bin/env bash
# Makes target/millrace.jsa, an archive of the classes that a node loads as it starts, already parsed and checked. scripts/millrace
# uses it as long as it is newer than the jar, and a node then starts with less than half of the CPU. It belongs to this jar, at this
# path, and this JDK: the JVM takes no other, and starts without it.
#
#   scripts/class-archive.sh               makes it anew
#   scripts/class-archive.sh --if-needed   only if it is missing or older than the jar
#
# Environment: MILLRACE_JAR (target/millrace.jar; the archive is beside it), JAVA_HOME.
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
jar=${MILLRACE_JAR:-$home/target/millrace.jar}
archive=${jar%.jar}.jsa

case ${1:-} in
  --if-needed) [[ ! $archive -nt $jar ]] || exit 0 ;;
  '') ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 2 ;;
esac

work=$(mktemp -d)
node=
end() {
  [[ -z $node ]] || kill -9 "$node" 2>/dev/null || true
  rm -rf "$work" "$archive.$$"
}
trap end EXIT

fail() {
  echo "class-archive.sh: $1; the node said:" >&2
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

# A cluster of one node, whose seed it is itself: so it comes to the classes that a node of a cluster needs.
: >"$work/log"
port=$(free_ports 5)
rm -f "$archive"
MILLRACE_JAVA_OPTS="-XX:ArchiveClassesAtExit=$archive.$$ -Xlog:cds=error -Xlog:cds+dynamic=error" \
  "$home/scripts/millrace" serve --data "$work/data" --bootstrap --set "cluster.seeds=127.0.0.1:$port" --set cluster.host=127.0.0.1 \
  --set "cluster.port=$port" --set "cluster.bus.port=$((port + 1))" --set "tcp.port=$((port + 2))" --set "http.port=$((port + 3))" \
  --set "kafka.port=$((port + 4))" >"$work/log" 2>&1 &
node=$!
deadline=$((SECONDS + 120))
until grep -q 'is ready: ' "$work/log"; do
  kill -0 "$node" 2>/dev/null || fail 'the node ended'
  [[ $SECONDS -lt $deadline ]] || fail 'the node is not ready after 120 s'
  sleep 0.1
done
tcp=127.0.0.1:$((port + 2))
"$home/scripts/millrace" topic create archive --bootstrap-server "$tcp" >/dev/null
printf '{"a":1}\n{"a":2}\n' | "$home/scripts/millrace" produce archive --acks all --bootstrap-server "$tcp" >/dev/null 2>&1 || fail 'it takes no records'
"$home/scripts/millrace" consume archive --from earliest --max 2 --bootstrap-server "$tcp" >/dev/null 2>&1 || fail 'it gives no records'
# The JVM writes the archive as it ends.
kill "$node"
wait "$node" || fail 'the node did not stop cleanly'
node=
[[ -s $archive.$$ ]] || fail 'the JVM wrote no archive'
mv "$archive.$$" "$archive"
