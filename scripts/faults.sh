#!/usr/bin/env bash
# Real faults on a real cluster: three nodes in network namespaces, clients that send (idempotent, acks=all), follow and share a
# group, one fault, and the checker: nothing acknowledged lost, doubled, moved; order kept; replicas equal. Needs root on Linux.
#
#   scripts/faults.sh                 every scenario, one row of a table each
#   scripts/faults.sh SCENARIO ...    some
#   scripts/faults.sh --quick         three of them on one cluster, in about a minute; where they cannot run it says so, and is no failure
#   scripts/faults.sh --list          their names, and what each does
#
# A fault counts only if it demonstrably bit; else its row says "not run". The exit code is 0 if every row is clean and within its goal,
# 1 if one is not, and 3 if all that were run are, and some were not run.
# Environment: FAULTS_DIR (where logs, disks and histories go, and stay; default: a temporary folder, removed afterwards unless a row was
# not clean or late), FAULTS_RATE (values a second, 500), FAULTS_NODES (3), MILLRACE_JAR (target/millrace.jar).
set -euo pipefail

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
cd "$home"
# shellcheck source=scripts/lib/prerequisites.sh
source scripts/lib/prerequisites.sh
# shellcheck source=scripts/lib/netlab.sh
source scripts/lib/netlab.sh
# shellcheck source=scripts/lib/nodes.sh
source scripts/lib/nodes.sh
# shellcheck source=scripts/lib/clients.sh
source scripts/lib/clients.sh
# shellcheck source=scripts/lib/fault-run.sh
source scripts/lib/fault-run.sh
# shellcheck source=scripts/lib/fault-scenarios.sh
source scripts/lib/fault-scenarios.sh

case ${1:-} in
  --list) for scenario in $(scenario_names); do printf '%-24s%s\n' "$scenario" "$(about "$scenario")"; done; exit 0 ;;
  --quick)
    why=$(why_no_lab)
    if [[ -n $why ]]; then
      echo "not run: faults.sh --quick ($why)"
      exit 0
    fi
    set -- quick
    ;;
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
esac

require_lab
lab_up "$SIZE"
trap end_lab EXIT
chosen=("$@")
[[ ${#chosen[@]} -gt 0 ]] || mapfile -t chosen < <(scenario_names)
print_heading
for scenario in "${chosen[@]}"; do
  run_scenario "$scenario"
done
total=$((counts[clean] + counts[late] + counts[not_run] + counts[bad]))
echo
echo "$total scenarios: ${counts[clean]} clean; ${counts[late]} clean, but slower or less steady than the goal;" \
  "${counts[not_run]} not run; ${counts[bad]} NOT CLEAN"
[[ $((counts[late] + counts[bad])) -eq 0 ]] || exit 1
[[ ${counts[not_run]} -eq 0 ]] || exit 3
