#!/usr/bin/env bash
# count-tests.sh FOLDER...: adds up the XML reports of Surefire and Failsafe and prints one line,
# "N passed, N failed, N skipped". Exits with 1 if a test failed, or if none passed.
set -euo pipefail

# attribute NAME FILE: an attribute of the report's root element.
attribute() {
  sed -n '/<testsuite /,/>/p' "$2" | tr '\n' ' ' | sed -n "s/^[^>]* $1=\"\([0-9]*\)\".*/\1/p"
}

tests=0 failed=0 skipped=0
for folder in "$@"; do
  for report in "$folder"/TEST-*.xml; do
    [[ -e $report ]] || continue
    tests=$((tests + $(attribute tests "$report")))
    failed=$((failed + $(attribute failures "$report") + $(attribute errors "$report")))
    skipped=$((skipped + $(attribute skipped "$report")))
  done
done

passed=$((tests - failed - skipped))
echo "$passed passed, $failed failed, $skipped skipped"
if [[ $passed -eq 0 ]]; then
  echo 'count-tests.sh: no test passed: nothing was checked' >&2
  exit 1
fi
[[ $failed -eq 0 ]]
