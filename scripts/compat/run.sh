#!/usr/bin/env bash
# Runs the checks with clients that others wrote, one after the other, against the jar in target/.
#   scripts/compat/run.sh quick     kcat, KafkaJS, and one group of four kinds of members: two minutes
#   scripts/compat/run.sh all       and Apache Kafka's own: its Java client of three releases, its command-line tools, also on three nodes; the group for longer
# Says at the end what ran and what did not; exit code 1 if a check failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/lib/prerequisites.sh

case "${1:-}" in
  quick) clients=(kcat kafkajs mixed-group) ;;
  all) clients=(kcat kafkajs mixed-group kafka-clients kafka-tools kafka-cluster) ;;
  *)
    sed -n '2,5p' "${BASH_SOURCE[0]}" | cut -c3-
    exit 2
    ;;
esac

# have COMMAND PACKAGE: whether the command is there, after an attempt to install it.
have() {
  command -v "$1" >/dev/null || try_install "$2" "$1" >&2
}

result=0
not_run=()
for client in "${clients[@]}"; do
  case $client in
    kcat) needs=(kcat kcat) ;;
    kafkajs | mixed-group) needs=(npm npm) ;;
    *) needs=(mvn maven) ;;
  esac
  if have "${needs[@]}"; then
    form=()
    [[ $client != mixed-group || $1 != all ]] || form=(long)
    "scripts/compat/$client/run.sh" "${form[@]}" || result=1
  else
    not_run+=("$client (no ${needs[0]})")
  fi
done
[ ${#not_run[@]} -eq 0 ] || echo "not run: ${not_run[*]}"
exit "$result"
