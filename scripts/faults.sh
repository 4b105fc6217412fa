#!/usr/bin/env bash
# Real faults on a real cluster: three nodes in network namespaces, clients that send (idempotent, acks=all), follow and share a
# group, one fault, and the checker: nothing acknowledged lost, doubled, moved; order kept; replicas equal. Needs root on Linux.
#
#   scripts/faults.sh                 every scenario, one row of a table each
#   scripts/faults.sh SCENARIO ...    some
#   scripts/faults.sh --list          their names
#
# A fault counts only if it demonstrably bit; else its row says "not run". The exit code is 1 if a row is not clean.
# Environment: FAULTS_DIR (a temporary folder, removed afterwards unless something was not clean), FAULTS_RATE (values a second, 500),
# FAULTS_NODES (3).
set -euo pipefail

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
cd "$home"
# shellcheck source=scripts/lib/prerequisites.sh
source scripts/lib/prerequisites.sh
# shellcheck source=scripts/lib/netlab.sh
source scripts/lib/netlab.sh
# shellcheck source=scripts/lib/nodes.sh
source scripts/lib/nodes.sh
# shellcheck source=scripts/lib/fault-run.sh
source scripts/lib/fault-run.sh
# shellcheck source=scripts/lib/fault-scenarios.sh
source scripts/lib/fault-scenarios.sh

case ${1:-} in
  --list) scenario_names; exit 0 ;;
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
esac

require_lab
lab_up "$SIZE"
trap end_lab EXIT
chosen=("$@")
[[ ${#chosen[@]} -gt 0 ]] || mapfile -t chosen < <(scenario_names)
print_heading
bad=0
for scenario in "${chosen[@]}"; do
  run_scenario "$scenario"
  [[ $outcome -eq 0 ]] || bad=1
done
exit "$bad"
