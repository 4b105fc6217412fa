#!/usr/bin/env bash
# The command-line tools of Apache Kafka 4.3.0 against a broker of this build, or the one that BOOTSTRAP names. Against another
# broker DumpLogSegments reads the segment that SEGMENT names, and is left out without it.
set -euo pipefail
CLIENT=kafka-tools
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
kafka_tools
compat_start

tag=$$-$RANDOM
groups() { tool $T.consumer.group.ConsumerGroupCommand --bootstrap-server "$bootstrap" "$@"; }
configs() { tool kafka.admin.ConfigCommand --bootstrap-server "$bootstrap" "$@"; }

topic_tool() {
  local topic=topics-$tag
  topics --create --topic "$topic" --partitions 3 --config retention.ms=3600000
  topics --list >"$scratch/list"
  has "^$topic\$" "$scratch/list"
  topics --describe --topic "$topic" >"$scratch/described"
  has "PartitionCount: 3.*ReplicationFactor: 1.*retention.ms=3600000" "$scratch/described"
  has "Partition: 2.*Leader: [0-9]+.*Isr: [0-9]+" "$scratch/described"
  topics --alter --topic "$topic" --partitions 6
  topics --describe --topic "$topic" >"$scratch/described"
  has "PartitionCount: 6" "$scratch/described"
  topics --delete --topic "$topic"
  topics --list >"$scratch/list"
  ! grep -q "^$topic\$" "$scratch/list"
}

config_tool() {
  local topic=configs-$tag
  topics --create --topic "$topic" --partitions 1
  configs --alter --entity-type topics --entity-name "$topic" --add-config max.message.bytes=100000,segment.bytes=1048576
  configs --describe --entity-type topics --entity-name "$topic" >"$scratch/configs"
  has 'max.message.bytes=100000' "$scratch/configs"
  configs --alter --entity-type topics --entity-name "$topic" --delete-config max.message.bytes
  configs --describe --entity-type topics --entity-name "$topic" --all >"$scratch/configs"
  has 'max.message.bytes=1048588' "$scratch/configs"
  has 'segment.bytes=1048576.*DYNAMIC_TOPIC_CONFIG' "$scratch/configs"
}

console_tools() {
  local topic=console-$tag
  topics --create --topic "$topic" --partitions 1
  seq 1 500 | sed 's/.*/key&:value&/' >"$scratch/sent"
  produce --topic "$topic" --reader-property parse.key=true --reader-property key.separator=: \
    --command-property enable.idempotence=true <"$scratch/sent"
  consume --topic "$topic" --from-beginning --max-messages 500 --formatter-property print.key=true \
    --formatter-property key.separator=: >"$scratch/read"
  cmp "$scratch/sent" "$scratch/read"
}

group_tool() {
  local topic=groups-$tag group=g-$tag
  topics --create --topic "$topic" --partitions 1
  seq 1 40 | produce --topic "$topic"
  consume --topic "$topic" --group "$group" --from-beginning --max-messages 40 >"$scratch/read"
  groups --list >"$scratch/list"
  has "^$group\$" "$scratch/list"
  groups --describe --group "$group" >"$scratch/described"
  has "$topic +0 +40 +40 +0" "$scratch/described"
  groups --describe --group "$group" --state >"$scratch/described"
  has 'Empty' "$scratch/described"
  groups --group "$group" --topic "$topic" --reset-offsets --to-offset 10 --execute >"$scratch/reset"
  groups --describe --group "$group" >"$scratch/described"
  has "$topic +0 +10 +40 +30" "$scratch/described"
  groups --group "$group" --topic "$topic" --reset-offsets --shift-by -5 --execute >"$scratch/reset"
  has "$topic +0 +5" "$scratch/reset"
  consume --topic "$topic" --group "$group" --max-messages 35 >"$scratch/read"
  [ "$(head -1 "$scratch/read")" = 6 ]
  groups --delete --group "$group" >"$scratch/deleted"
  groups --list >"$scratch/list"
  ! grep -q "^$group\$" "$scratch/list"
}

group_of_the_consumer_protocol() {
  local topic=groups848-$tag group=g848-$tag
  topics --create --topic "$topic" --partitions 2
  seq 1 40 | produce --topic "$topic"
  consume --topic "$topic" --group "$group" --from-beginning --max-messages 40 --command-property group.protocol=consumer >"$scratch/read"
  [ "$(sort -n "$scratch/read" | uniq | wc -l)" -eq 40 ]
  groups --describe --group "$group" >"$scratch/described"
  has "$topic +0 +[0-9]+ +[0-9]+ +0" "$scratch/described"
}

offsets_tool() {
  local topic=offsets-$tag
  topics --create --topic "$topic" --partitions 1
  seq 1 25 | produce --topic "$topic"
  [ "$(tool $T.GetOffsetShell --bootstrap-server "$bootstrap" --topic "$topic" --time -1)" = "$topic:0:25" ]
  [ "$(tool $T.GetOffsetShell --bootstrap-server "$bootstrap" --topic "$topic" --time -2)" = "$topic:0:0" ]
  tool $T.GetOffsetShell --bootstrap-server "$bootstrap" --topic "$topic" --time -3 | grep -qE "^$topic:0:[0-9]+$"
  printf '{"partitions":[{"topic":"%s","partition":0,"offset":7}],"version":1}' "$topic" >"$scratch/delete.json"
  tool $T.DeleteRecordsCommand --bootstrap-server "$bootstrap" --offset-json-file "$scratch/delete.json"
  [ "$(tool $T.GetOffsetShell --bootstrap-server "$bootstrap" --topic "$topic" --time -2)" = "$topic:0:7" ]
}

perf_tools() {
  local topic=perf-$tag
  topics --create --topic "$topic" --partitions 3
  tool $T.ProducerPerformance --bootstrap-server "$bootstrap" --topic "$topic" --num-records 20000 --record-size 200 \
    --throughput -1 --command-property acks=all >"$scratch/perf"
  has '20000 records sent' "$scratch/perf"
  tool $T.ConsumerPerformance --bootstrap-server "$bootstrap" --topic "$topic" --num-records 20000 --hide-header >"$scratch/perf"
  has ', 20000, ' "$scratch/perf"
}

verifiable_tools() {
  local topic=verify-$tag
  topics --create --topic "$topic" --partitions 2
  tool $T.VerifiableProducer --bootstrap-server "$bootstrap" --topic "$topic" --max-messages 1000 --acks -1 >"$scratch/produced"
  [ "$(grep -c producer_send_success "$scratch/produced")" -eq 1000 ]
  tool $T.VerifiableConsumer --bootstrap-server "$bootstrap" --topic "$topic" --group-id "v-$tag" --max-messages 1000 >"$scratch/consumed"
  [ "$(grep -oE '"records_consumed".*"count":[0-9]+' "$scratch/consumed" | grep -oE '"name":"records_consumed"|"count":[0-9]+' | wc -l)" -ge 1 ]
  has 'offsets_committed' "$scratch/consumed"
}

versions_tool() {
  tool $T.BrokerApiVersionsCommand --bootstrap-server "$bootstrap" >"$scratch/versions"
  has 'Produce\(0\): 0 to 13' "$scratch/versions"
  has 'ConsumerGroupHeartbeat\(68\): 0 to 1' "$scratch/versions"
}

log_dirs_tool() {
  local topic=dirs-$tag
  topics --create --topic "$topic" --partitions 1
  echo x | produce --topic "$topic"
  tool $T.LogDirsCommand --bootstrap-server "$bootstrap" --describe --topic-list "$topic" >"$scratch/dirs"
  has "\"partition\":\"$topic-0\",\"size\":[1-9]" "$scratch/dirs"
}

dump_tool() {
  local topic=dump-$tag segment=${SEGMENT:-}
  if [ -z "$segment" ]; then
    # A segment that is closed: the newest entries of the last one's indexes are in memory only.
    topics --create --topic "$topic" --partitions 1 --config segment.bytes=1048576
    seq 1 40000 | sed 's/$/ of forty thousand lines of some length, more than fit one segment/' | produce --topic "$topic" --command-property batch.size=4000
    segment=$scratch/data/$topic-0/00000000000000000000.log
  fi
  tool $T.DumpLogSegments --files "$segment" --print-data-log --deep-iteration >"$scratch/dump"
  has 'isvalid: true' "$scratch/dump"
  ! grep -q 'isvalid: false' "$scratch/dump"
  has 'offset: 1999 .*payload: 2000( |$)' "$scratch/dump"
  tool $T.DumpLogSegments --files "${segment%.log}.index" >"$scratch/dump"
  has 'offset: [1-9][0-9]* position: [1-9]' "$scratch/dump"
  ! grep -qi 'mismatch\|corrupt' "$scratch/dump"
  tool $T.DumpLogSegments --files "${segment%.log}.timeindex" >"$scratch/dump"
  ! grep -qi 'mismatch\|not found\|corrupt' "$scratch/dump"
}

check "topics: create, list, describe, alter, delete" topic_tool
check "configs: alter, describe, delete" config_tool
check "console producer and consumer" console_tools
check "consumer-groups: list, describe, reset, delete" group_tool
check "consumer-groups: a group of the consumer protocol" group_of_the_consumer_protocol
check "get-offsets and delete-records" offsets_tool
check "producer-perf and consumer-perf" perf_tools
check "verifiable producer and consumer" verifiable_tools
check "broker-api-versions" versions_tool
check "log-dirs" log_dirs_tool
if [ -z "${BOOTSTRAP:-}" ] || [ -n "${SEGMENT:-}" ]; then
  check "DumpLogSegments reads our segments and indexes" dump_tool
fi
compat_end
