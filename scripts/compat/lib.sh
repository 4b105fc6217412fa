# What the run.sh of every client shares. Sourced; the caller names itself in CLIENT.
#
#   compat_start          starts a broker of this build on free ports with an empty data directory, or takes the one that
#                         BOOTSTRAP=host:port names (any broker of the Kafka protocol: so the checks themselves can be checked)
#   check NAME COMMAND…   runs the command (a function) in a subshell; says ok or FAILED with its last lines
#   start_check NAME COMMAND…   the same beside others, which must have nothing in common; await_checks waits for them all, and says how they ended
#   compat_end            says how many passed; exit code 1 if one failed or none ran
#
# Sets: bootstrap (host:port), scratch (a directory that is removed at the end), root (of the project).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
broker=
passed=0
failed=0
started=()
started_pids=()

compat_cleanup() {
  if [ -n "$broker" ] && kill -0 "$broker" 2>/dev/null; then
    kill "$broker"
    wait "$broker" 2>/dev/null || :
  fi
  rm -rf "$scratch"
}
trap compat_cleanup EXIT

compat_fail() {
  echo "$CLIENT: $*" >&2
  exit 1
}

compat_start() {
  if [ -n "${BOOTSTRAP:-}" ]; then
    bootstrap=$BOOTSTRAP
    return
  fi
  [ -f "$root/target/millrace.jar" ] || compat_fail "target/millrace.jar is missing; build it with: mvn -q -DskipTests package"
  local deadline=$((SECONDS + 60))
  : >"$scratch/broker.log"
  "$root/scripts/millrace" serve --data "$scratch/data" --set kafka.port=0 --set tcp.port=0 --set http.port=0 "$@" \
    >"$scratch/broker.log" 2>&1 &
  broker=$!
  until grep -q 'ready: ' "$scratch/broker.log"; do
    kill -0 "$broker" 2>/dev/null || compat_fail "the broker did not start: $(tail -n 3 "$scratch/broker.log")"
    [ "$SECONDS" -lt "$deadline" ] || compat_fail "the broker is not ready after 60 s: $(tail -n 3 "$scratch/broker.log")"
    sleep 0.1
  done
  bootstrap=$(sed -n 's/.*ready: .*kafka \([^, ]*\).*/\1/p' "$scratch/broker.log" | head -1)
  # Read by the callers.
  # shellcheck disable=SC2034
  http=$(sed -n 's/.*ready: .*http \([^, ]*\).*/\1/p' "$scratch/broker.log" | head -1)
  # shellcheck disable=SC2034
  tcp=$(sed -n 's/.*ready: .*tcp \([^, ]*\).*/\1/p' "$scratch/broker.log" | head -1)
  [ -n "$bootstrap" ] || compat_fail "the broker has no Kafka listener: $(grep 'ready: ' "$scratch/broker.log")"
}

check() {
  local name=$1
  shift
  local status=0
  # Not as a condition: there bash would go on after a command that fails.
  set +e
  (
    set -euo pipefail
    "$@"
  ) >"$scratch/check.log" 2>&1
  status=$?
  set -e
  tell "$name" "$status" "$scratch/check.log"
}

# tell NAME STATUS LOG   counts a check that has ended and says how
tell() {
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok      $CLIENT: $1"
  else
    failed=$((failed + 1))
    echo "FAILED  $CLIENT: $1"
    tail -n 15 "$3" | sed 's/^/        /'
  fi
}

start_check() {
  local log=$scratch/check-${#started[@]}.log
  started+=("$1")
  shift
  (
    set -euo pipefail
    "$@"
  ) >"$log" 2>&1 &
  started_pids+=($!)
}

await_checks() {
  local i status
  for i in "${!started[@]}"; do
    status=0
    wait "${started_pids[$i]}" || status=$?
    tell "${started[$i]}" "$status" "$scratch/check-$i.log"
  done
  started=()
  started_pids=()
}

compat_end() {
  echo "$CLIENT: $passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# maven_libraries DIRECTORY GROUP:ARTIFACT:VERSION…   fetches these with all they need at run time, once
maven_libraries() {
  local into=$1
  shift
  [ ! -f "$into/.complete" ] || return 0
  mkdir -p "$into"
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>compat</groupId><artifactId>libraries</artifactId><version>1</version><packaging>pom</packaging><dependencies>'
    local part group artifact version
    for part in "$@"; do
      IFS=: read -r group artifact version <<<"$part"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >"$into/pom.xml"
  # shellcheck disable=SC2086
  mvn --batch-mode --quiet ${MAVEN_FLAGS:-} -f "$into/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$into" >"$into/mvn.log" 2>&1 || compat_fail "could not fetch $*: $(tail -n 5 "$into/mvn.log")"
  touch "$into/.complete"
}

# kafka_tools   fetches Kafka's command-line tools, once; then tool MAIN… runs one of them, and topics, produce and consume those
T=org.apache.kafka.tools
kafka_tools() {
  local version=4.3.0
  libraries=$root/target/compat/kafka-tools-$version
  maven_libraries "$libraries" "org.apache.kafka:kafka-tools:$version" "org.apache.kafka:kafka_2.13:$version" org.slf4j:slf4j-nop:1.7.36
}

tool() {
  local main=$1
  shift
  timeout 90 java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$libraries/*" "$main" "$@"
}

topics() { tool $T.TopicCommand --bootstrap-server "$bootstrap" "$@"; }
produce() { tool $T.ConsoleProducer --bootstrap-server "$bootstrap" "$@"; }
consume() { tool $T.consumer.ConsoleConsumer --bootstrap-server "$bootstrap" --timeout-ms 30000 "$@"; }

# has PATTERN FILE   fails, and shows the file, if the pattern is not in it
has() { grep -qE -- "$1" "$2" || { echo "no '$1' in:"; cat "$2"; return 1; }; }

# kafkajs_modules   fetches KafkaJS with npm, once; sets modules, the directory in which node finds it
kafkajs_modules() {
  command -v npm >/dev/null || compat_fail "no npm on the PATH; install Node.js 18 or newer"
  modules=$root/target/compat/kafkajs
  [ ! -d "$modules/node_modules/kafkajs" ] || return 0
  mkdir -p "$modules"
  cp "$root/scripts/compat/kafkajs/package.json" "$modules/"
  (cd "$modules" && npm install --silent --no-package-lock --no-audit --no-fund) || compat_fail "npm could not fetch kafkajs"
}
