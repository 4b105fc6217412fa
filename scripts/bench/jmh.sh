#!/usr/bin/env bash
# Measures inner loops (batch header, CRC, index look-up, codecs, groups) with JMH, from src/jmh; nothing else should run meanwhile.
#
#   scripts/bench/jmh.sh [PATTERN [OPTION...]]   the benchmarks whose names match; by default all, about seven minutes
#   scripts/bench/jmh.sh -l                      lists them
#
# OPTIONs are JMH's ("jmh.sh -h" lists them) and stand in place of the defaults, which are 2 forks, each 2 times 1 s to warm up and 3 times
# 1 s that count: -f 2 -wi 2 -w 1 -i 3 -r 1. With -prof gc it says what is allocated. Results are also in target/jmh.json.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
case ${1:-} in --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac
# shellcheck disable=SC2086  # MAVEN_FLAGS is a list of words
mvn -B -q ${MAVEN_FLAGS:-} -Pbench process-classes dependency:build-classpath -Dmdep.outputFile=target/jmh-classpath
pattern=()
[ $# -eq 0 ] || { pattern=("$1"); shift; }
[ $# -gt 0 ] || set -- -f 2 -wi 2 -w 1 -i 3 -r 1
# The broker's collector, as in conf/server.jvm.options.
exec java -cp "target/jmh-classes:target/classes:$(<target/jmh-classpath)" org.openjdk.jmh.Main ${pattern[@]+"${pattern[@]}"} "$@" \
  -jvmArgs "-Xmx512m -XX:+UseSerialGC" -rf json -rff target/jmh.json
