#!/usr/bin/env bash
# Runs the checks with clients that others wrote against the jar in target/, KafkaJS beside kcat, the others one after the other.
#   scripts/compat/run.sh quick     kcat, KafkaJS, and one group of four kinds of members: a minute and a half
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

# needs CLIENT: whether all is there that it runs with, after an attempt to install it; else it is noted in not_run.
needs() {
  local what
  case $1 in
    kcat) what=(kcat kcat) ;;
    kafkajs | mixed-group) what=(npm npm) ;;
    *) what=(mvn maven) ;;
  esac
  have "${what[@]}" || { not_run+=("$1 (no ${what[0]})"); return 1; }
}

result=0
not_run=()
runnable=()
for client in "${clients[@]}"; do
  if needs "$client"; then runnable+=("$client"); fi
done

# KafkaJS mostly waits, so it starts first, with a broker of its own, and what it says is shown in its turn, after kcat.
beside=
said=$(mktemp)
end() {
  [ -z "$beside" ] || kill "$beside" 2>/dev/null || :
  rm -f "$said"
}
trap end EXIT
if [[ " ${runnable[*]} " == *' kafkajs '* ]]; then
  scripts/compat/kafkajs/run.sh >"$said" 2>&1 &
  beside=$!
fi

for client in "${runnable[@]}"; do
  if [ "$client" = kafkajs ]; then
    wait "$beside" || result=1
    beside=
    cat "$said"
    continue
  fi
  form=()
  [[ $client != mixed-group || $1 != all ]] || form=(long)
  "scripts/compat/$client/run.sh" "${form[@]}" || result=1
done
[ ${#not_run[@]} -eq 0 ] || echo "not run: ${not_run[*]}"
exit "$result"
