#!/usr/bin/env bash
# Apache Kafka's Java client, of the releases named (default: 2.8.2 3.9.1 4.3.0), against a broker of this build, or the one
# that BOOTSTRAP names:   scripts/compat/kafka-clients/run.sh [VERSION…]
# Checks.java is compiled against each release; Newest.java holds what only release 4 has.
set -euo pipefail
CLIENT=kafka-clients
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
compat_start
[ $# -gt 0 ] || set -- 2.8.2 3.9.1 4.3.0
for version in "$@"; do
  CLIENT=kafka-clients-$version
  libraries=$root/target/compat/$CLIENT
  maven_libraries "$libraries" "org.apache.kafka:kafka-clients:$version" org.slf4j:slf4j-nop:1.7.36
  classes=$libraries/classes
  mkdir -p "$classes"
  sources=("$here/Checks.java")
  mains=(Checks)
  case $version in
    4.*)
      sources+=("$here/Newest.java")
      mains+=(Newest)
      ;;
  esac
  javac -nowarn -cp "$libraries/*" -d "$classes" "${sources[@]}" 2>"$scratch/javac.log" \
    || compat_fail "the checks do not compile with $version: $(cat "$scratch/javac.log")"
  for main in "${mains[@]}"; do
    # One JVM runs them all and says of each how it went: a line "ok NAME" or "FAILED NAME", what went wrong below it.
    status=0
    timeout "${COMPAT_SECONDS:-240}" java -Xmx256m -cp "$classes:$libraries/*" "$main" "$bootstrap" >"$scratch/java.log" 2>&1 \
      || status=$?
    while IFS= read -r line; do
      case $line in
        'ok '*)
          passed=$((passed + 1))
          echo "ok      $CLIENT: ${line#ok }"
          ;;
        'FAILED '*)
          failed=$((failed + 1))
          echo "FAILED  $CLIENT: ${line#FAILED }"
          ;;
        *) echo "        $line" ;;
      esac
    done <"$scratch/java.log"
    if [ "$status" -ne 0 ] && ! grep -q '^FAILED' "$scratch/java.log"; then
      failed=$((failed + 1))
      echo "FAILED  $CLIENT: $main ended with exit code $status"
    fi
  done
done
CLIENT=kafka-clients
compat_end
