#!/usr/bin/env bash
# The 20,000 flights, by a Kafka producer, read by one group of four kinds of members, each a process: Kafka's consumer of 4.3.0 with the
# consumer protocol, KafkaJS with the classic one, WebSocket and TCP. They join, leave and are killed (kill -9), and so is the broker.
#   scripts/compat/mixed-group/run.sh [quick]              half a minute, always the same steps
#   scripts/compat/mixed-group/run.sh long [STEPS [SEED]]  so many random steps (default 40); prints the seed
# COMPAT_LOG=FILE keeps what broker and members said. Always a broker of this build, since no other has WebSocket and TCP consumers.
set -euo pipefail
CLIENT=mixed-group
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
form=${1:-quick}
steps=${2:-40}
seed=${3:-$RANDOM$RANDOM}
[ -f "$root/target/millrace.jar" ] || compat_fail "target/millrace.jar is missing; build it with: mvn -q -DskipTests package"
kafkajs_modules
cp "$here/kafkajs-member.cjs" "$modules/"
libraries=$root/target/compat/kafka-clients-4.3.0
maven_libraries "$libraries" org.apache.kafka:kafka-clients:4.3.0 org.slf4j:slf4j-nop:1.7.36
classes=$scratch/classes
javac -nowarn -cp "$libraries/*:$root/target/millrace.jar" -d "$classes" "$here"/*.java || compat_fail "the members do not compile"

finds_planted_faults() { java -cp "$classes" GroupHistory; }
shares_the_flights() {
  timeout "${COMPAT_SECONDS:-900}" java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dsteps="$steps" \
    -cp "$classes:$libraries/*:$root/target/millrace.jar" MixedGroup "$form" "$root" "$scratch" "$modules" "$seed"
}

check "the checker of who held what finds planted faults" finds_planted_faults
name="one group of Kafka, KafkaJS, WebSocket and TCP reads all flights while members and the broker are killed"
[ "$form" = quick ] || name="$name (steps $steps, seed $seed)"
check "$name" shares_the_flights
sed -n 's/^ *\([0-9.]* s  .*flights, read by.*\)/        \1/p' "$scratch/check.log"
[ -z "${COMPAT_LOG:-}" ] || cat "$scratch/said.log" "$scratch/check.log" >"$COMPAT_LOG"
compat_end
