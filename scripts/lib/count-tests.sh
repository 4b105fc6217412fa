#!/usr/bin/env bash
# count-tests.sh FOLDER...: names each test that failed or was skipped in the XML reports of Surefire and Failsafe, with the
# first line of its reason, then prints "N passed, N failed, N skipped". Exits with 1 if a test failed, or if none passed.
set -euo pipefail

# attribute NAME FILE: an attribute of the report's root element.
attribute() {
  sed -n '/<testsuite /,/>/p' "$2" | tr '\n' ' ' | sed -n "s/^[^>]* $1=\"\([0-9]*\)\".*/\1/p"
}

# exceptions FILE: a line for each test of a report that did not pass.
exceptions() {
  awk '
    # The first line of an attribute of the element on this line; "" without it. A message may go on on further lines.
    function value(name,    text) {
      if (!match($0, " " name "=\"[^\"]*")) return ""
      text = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
      sub(/&#10;.*/, "", text)
      return text
    }
    /<testcase / { test = value("classname") "." value("name") }
    match($0, /<(failure|error|skipped)[ >\/]/) {
      kind = substr($0, RSTART + 1, RLENGTH - 2)
      print kind ": " test ": " (value("message") == "" ? value("type") : value("message"))
    }' "$1"
}

tests=0 failed=0 skipped=0
for folder in "$@"; do
  for report in "$folder"/TEST-*.xml; do
    [[ -e $report ]] || continue
    tests=$((tests + $(attribute tests "$report")))
    failed=$((failed + $(attribute failures "$report") + $(attribute errors "$report")))
    skipped=$((skipped + $(attribute skipped "$report")))
    exceptions "$report"
  done
done

passed=$((tests - failed - skipped))
echo "$passed passed, $failed failed, $skipped skipped"
if [[ $passed -eq 0 ]]; then
  echo 'count-tests.sh: no test passed: nothing was checked' >&2
  exit 1
fi
[[ $failed -eq 0 ]]
