#!/usr/bin/env bash
# Checks everything: format, static analysis, unit, property, simulation and architecture tests, the jar,
# integration tests against it, some seconds of each fuzzer, clients that others wrote, and three faults on a real cluster (as root on
# Linux, where network namespaces are allowed; else it says why not). Ends with the number of tests and the exit code that goes with it.
#
#   scripts/check.sh          at most 20 minutes
#   scripts/check.sh --full   the same, then every long run in scripts/full.d, in the order of their names
#
# Settings, as environment variables:
#   FUZZ_SECONDS   how long each fuzzer searches (default 5)
#   MAVEN_FLAGS     more arguments for Maven, for instance "--offline"
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/lib/prerequisites.sh

full=no
case "${1:-}" in
  '') ;;
  --full) full=yes ;;
  -h | --help)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  *)
    echo "check.sh: unknown argument '$1'; it takes --full or nothing" >&2
    exit 2
    ;;
esac

maven() {
  # Unquoted on purpose: MAVEN_FLAGS is a list of words.
  # shellcheck disable=SC2086
  mvn --batch-mode --no-transfer-progress ${MAVEN_FLAGS:-} "$@"
}

# step TITLE: says what comes now, and after how long.
step() {
  printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60))
}

require_java
require_maven
offer_browser

step 'Format'
maven --quiet spotless:check

step 'Compile, analyse, test, package, test the jar, fuzz'
result=0
# The format has been looked at.
maven clean verify -Pfuzz -Dfuzz.seconds="${FUZZ_SECONDS:-5}" -Dspotless.check.skip=true || result=$?

if [[ $result -eq 0 ]]; then
  # Nodes start with less CPU by it, and about ten are started from here on.
  scripts/class-archive.sh --if-needed || result=1

  step 'Clients that others wrote'
  scripts/compat/run.sh quick || result=1

  step 'Faults on a cluster of three nodes'
  scripts/faults.sh --quick || result=1
fi

if [[ $full == yes && $result -eq 0 ]]; then
  for long_run in scripts/full.d/*.sh; do
    [[ -e $long_run ]] || continue
    step "Long run: $(basename "$long_run" .sh)"
    bash "$long_run" || result=$?
  done
fi

step 'Result'
[[ $result -eq 0 ]] || echo 'check.sh: failed, see above' >&2
# The reports decide as well as the exit codes: a run in which no test passed is a failure.
scripts/lib/count-tests.sh target/surefire-reports target/failsafe-reports target/fuzz-reports || result=1
exit "$result"
