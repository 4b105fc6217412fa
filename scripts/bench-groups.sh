#!/usr/bin/env bash
# Measures how long the group coordinators of a node take to be loaded after many commits; nothing else should run meanwhile.
#   scripts/bench-groups.sh [COMMITS [GROUPS [WAITING [CODEC]]]]   default 5000000 commits of 100 groups, 1000 waiting at a time, codec 0 (none)
# On real verticles and files, through the group client: commits/s, what compaction left of the log, then five restarts, each in a JVM of its own.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -B -q test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile="$work/classpath"
benchmark() {
  java -Xmx1g -XX:+UseSerialGC -cp "target/classes:target/test-classes:$(cat "$work/classpath")" io.millrace.verticle.GroupLoadBenchmark "$work/data" "$@"
}
mkdir "$work/data"
benchmark "${1:-5000000}" "${2:-100}" "${3:-1000}" "${4:-0}"
for _ in 1 2 3 4 5; do benchmark; done
