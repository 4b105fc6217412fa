#!/usr/bin/env bash
# kcat (librdkafka in C, Debian package `kcat`) against a broker of this build, or the one that BOOTSTRAP names.
set -euo pipefail
CLIENT=kcat
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
command -v kcat >/dev/null || compat_fail "no kcat on the PATH; install it (Debian: apt-get install kcat)"
compat_start --set log.cleaner.backoff.ms=200 --set log.checkpoint.interval.ms=200

tag=$$-$RANDOM
kc() { timeout 60 kcat -b "$bootstrap" -q "$@"; }
numbered() { seq 1 "$1" | awk '{print "k" $1 % 17 ":line-" $1}'; }

creates_topics_by_use() {
  echo hello | kc -P -t "auto-$tag"
  kc -L -t "auto-$tag" | tee "$scratch/meta"
  grep -q "topic \"auto-$tag\" with [0-9]* partitions" "$scratch/meta"
  [ "$(kc -C -t "auto-$tag" -o beginning -e)" = hello ]
}

keeps_keys_and_order() {
  local topic=keyed-$tag
  numbered 1000 >"$scratch/sent"
  kc -P -t "$topic" -K: <"$scratch/sent"
  kc -C -t "$topic" -o beginning -e -f '%k:%s\n' >"$scratch/read"
  sort -s -t: -k1,1 "$scratch/sent" >"$scratch/sent.sorted"
  sort -s -t: -k1,1 "$scratch/read" >"$scratch/read.sorted"
  cmp "$scratch/sent.sorted" "$scratch/read.sorted"
}

takes_codec() {
  local topic=$1-$tag
  numbered 2000 >"$scratch/sent"
  kc -P -t "$topic" -p 0 -K: -z "$1" <"$scratch/sent"
  kc -C -t "$topic" -p 0 -o beginning -e -f '%k:%s\n' | cmp - "$scratch/sent"
}

takes_acks() {
  local topic=acks$1-$tag
  numbered 500 >"$scratch/sent"
  kc -P -t "$topic" -p 0 -K: -X "acks=$1" <"$scratch/sent"
  kc -C -t "$topic" -p 0 -o beginning -c 500 -f '%k:%s\n' | cmp - "$scratch/sent"
}

is_idempotent() {
  local topic=idem-$tag
  numbered 5000 >"$scratch/sent"
  kc -P -t "$topic" -p 0 -K: -X enable.idempotence=true -X batch.num.messages=50 <"$scratch/sent"
  kc -C -t "$topic" -p 0 -o beginning -e -f '%k:%s\n' | cmp - "$scratch/sent"
}

carries_headers_and_nulls() {
  local topic=null-$tag
  printf 'gone:\nthere:value\n' | kc -P -t "$topic" -p 0 -K: -Z -H trace=abc
  kc -C -t "$topic" -p 0 -o beginning -e -Z -f '%k=%s %h %S\n' >"$scratch/read"
  printf 'gone=NULL trace=abc -1\nthere=value trace=abc 5\n' | cmp - "$scratch/read"
}

finds_positions() {
  local topic=pos-$tag
  seq 0 99 | kc -P -t "$topic" -p 0
  [ "$(kc -C -t "$topic" -p 0 -o 95 -c 1)" = 95 ]
  [ "$(kc -C -t "$topic" -p 0 -o -3 -e | paste -sd,)" = 97,98,99 ]
  [ "$(kc -Q -t "$topic:0:-1" | grep -oE 'offset [0-9]+')" = "offset 100" ]
  [ "$(kc -Q -t "$topic:0:-2" | grep -oE 'offset [0-9]+')" = "offset 0" ]
  [ "$(kc -Q -t "$topic:0:1000" | grep -oE 'offset [0-9]+')" = "offset 0" ]
}

finds_a_time() {
  local topic=time-$tag middle
  echo early | kc -P -t "$topic" -p 0
  sleep 0.05
  middle=$(date +%s%3N)
  sleep 0.05
  echo late | kc -P -t "$topic" -p 0
  [ "$(kc -C -t "$topic" -p 0 -o "s@$middle" -e)" = late ]
}

refuses_too_large() {
  local topic=large-$tag
  head -c 1500000 /dev/zero | tr '\0' x >"$scratch/large"
  echo small | kc -P -t "$topic" -p 0
  if timeout 60 kcat -b "$bootstrap" -P -t "$topic" -p 0 -X message.max.bytes=5000000 "$scratch/large" >"$scratch/said" 2>&1; then
    cat "$scratch/said"
    return 1
  fi
  grep -qi "too large" "$scratch/said"
  [ "$(kc -C -t "$topic" -p 0 -o beginning -e)" = small ]
}

reads_large_batches() {
  local topic=batch-$tag
  head -c 700000 /dev/urandom | base64 -w 997 >"$scratch/sent"
  kc -P -t "$topic" -p 0 -X linger.ms=200 <"$scratch/sent"
  kc -C -t "$topic" -p 0 -o beginning -e -X fetch.message.max.bytes=1000 | cmp - "$scratch/sent"
}

reads_in_a_group() {
  local topic=group-$tag
  numbered 300 | kc -P -t "$topic" -K:
  # -e ends at the end of every partition, and closing commits.
  timeout 60 kcat -b "$bootstrap" -q -G "g-$tag" -X auto.offset.reset=earliest -e "$topic" >"$scratch/first"
  [ "$(wc -l <"$scratch/first")" -eq 300 ]
  echo more | kc -P -t "$topic" -p 0
  timeout 60 kcat -b "$bootstrap" -q -G "g-$tag" -X auto.offset.reset=earliest -e "$topic" >"$scratch/second"
  [ "$(cat "$scratch/second")" = more ]
}

shares_a_group() {
  local topic=share-$tag first second n
  seq 1 4 | while read -r n; do echo "warm-$n"; done | kc -P -t "$topic"
  timeout 60 kcat -b "$bootstrap" -q -u -G "s-$tag" -X auto.offset.reset=earliest "$topic" >"$scratch/one" &
  first=$!
  timeout 60 kcat -b "$bootstrap" -q -u -G "s-$tag" -X auto.offset.reset=earliest "$topic" >"$scratch/two" &
  second=$!
  # Both are members as soon as each of them reads something of its own; with one partition one of them stays idle.
  for n in $(seq 1 200); do
    echo "line-$n"
  done | kc -P -t "$topic"
  for _ in $(seq 1 300); do
    n=$(cat "$scratch/one" "$scratch/two" | grep -c '^line-' || :)
    [ "$n" -ge 200 ] && break
    sleep 0.1
  done
  kill "$first" "$second"
  wait "$first" "$second" || :
  [ "$(cat "$scratch/one" "$scratch/two" | grep '^line-' | sort -u | wc -l)" -eq 200 ]
}

# Another broker needs a topic that COMPACTED names, as kcat makes none with settings.
reads_a_compacted_topic() {
  local topic=${COMPACTED:-compacted-$tag} n
  [ -n "${COMPACTED:-}" ] || "$root/scripts/millrace" topic create "$topic" --partitions 1 -b "$tcp" \
    --config cleanup.policy=compact --config min.cleanable.dirty.ratio=0.01 --config segment.ms=100
  for n in 1 2 3 4; do
    seq 1 20 | awk -v n="$n" '{print "k" $1 ":" n}' | kc -P -t "$topic" -p 0 -K:
    sleep 0.15
  done
  if echo keyless | timeout 60 kcat -b "$bootstrap" -P -t "$topic" -p 0 >"$scratch/said" 2>&1; then
    cat "$scratch/said"
    return 1
  fi
  grep -qi 'validate record' "$scratch/said" || { cat "$scratch/said"; return 1; }
  for n in $(seq 1 300); do
    echo "last:$n" | kc -P -t "$topic" -p 0 -K:
    kc -C -t "$topic" -p 0 -o beginning -e -f '%o %k:%s\n' >"$scratch/read"
    [ "$(grep -c ' k7:' "$scratch/read")" -gt 1 ] || break
    sleep 0.1
  done
  [ "$(grep -c ' k[0-9]*:4$' "$scratch/read")" -eq 20 ]
  [ "$(grep -c ' k[0-9]*:' "$scratch/read")" -eq 20 ]
  sort -n -c "$scratch/read"
  [ "$(head -1 "$scratch/read" | cut -d' ' -f1)" -ge 60 ]
  # From an offset that is gone the next one that is left comes.
  [ "$(kc -C -t "$topic" -p 0 -o 3 -c 1 -f '%o %k:%s\n')" = "$(head -1 "$scratch/read")" ]
}

check "a topic comes into being by use, and its metadata is listed" creates_topics_by_use
check "keys and their order are kept" keeps_keys_and_order
for codec in gzip snappy lz4 zstd; do check "compression $codec" takes_codec "$codec"; done
for acks in 0 1 all; do check "acks=$acks" takes_acks "$acks"; done
check "enable.idempotence=true" is_idempotent
check "headers and null values" carries_headers_and_nulls
check "positions: absolute, from the end, queried" finds_positions
check "a position by time" finds_a_time
check "a record beyond max.message.bytes is refused and said" refuses_too_large
check "batches larger than the fetch size arrive whole" reads_large_batches
check "a compacted topic: the last of each key at its offset, no record without a key" reads_a_compacted_topic
check "a group goes on where it committed" reads_in_a_group
check "two members of a group read everything between them" shares_a_group
compat_end
