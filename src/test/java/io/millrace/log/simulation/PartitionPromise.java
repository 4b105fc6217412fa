package io.millrace.log.simulation;

import io.millrace.log.PartitionLog;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was promised of one partition, and what may be found of it beside that while something is
 * under way.
 */
final class PartitionPromise {
  final PartitionId id;
  final TopicPartition name;

  /** What was appended and neither truncated nor lost, in order. */
  final List<SentBatch> content = new ArrayList<>();

  /** All batches that may be found at an offset. */
  final TreeMap<Long, List<SentBatch>> possible = new TreeMap<>();

  /** Sequence that each producer sends next. */
  final Map<Long, Integer> nextSequences = new HashMap<>();

  /** Whether the partition must be, and whether it may be, in the data directory. */
  boolean mustExist;

  boolean mayExist;

  /** An acknowledged append survives the death of the process from here on. */
  long writtenEnd;

  /** What the log says to be durable survives the loss of power. */
  long durableEnd;

  long minStart;
  long maxStart;

  /** The open log, whose durable end is the promise that is in force. */
  @Nullable PartitionLog log;

  /** While a truncation is under way nothing at or past it is promised. */
  long truncatingTo = Long.MAX_VALUE;

  PartitionPromise(PartitionId id, TopicPartition name) {
    this.id = id;
    this.name = name;
  }

  /** The promise at this moment, which later steps do not change. */
  PartitionPromise copy() {
    PartitionPromise copy = new PartitionPromise(id, name);
    copy.content.addAll(content);
    possible.forEach((offset, batches) -> copy.possible.put(offset, new ArrayList<>(batches)));
    copy.nextSequences.putAll(nextSequences);
    copy.mustExist = mustExist;
    copy.mayExist = mayExist;
    copy.writtenEnd = Math.min(writtenEnd, truncatingTo);
    long durable = log == null ? durableEnd : log.durableEndOffset();
    copy.durableEnd = Math.min(durable, truncatingTo);
    copy.minStart = minStart;
    copy.maxStart = maxStart;
    return copy;
  }

  void mayFind(SentBatch batch) {
    possible.computeIfAbsent(batch.offset(), offset -> new ArrayList<>()).add(batch);
  }

  void appended(SentBatch batch) {
    content.add(batch);
    nextSequences.put(batch.producerId(), batch.sequence() + batch.count());
    writtenEnd = batch.nextOffset();
  }

  /** From now on only this is in the log; nothing else may be found. */
  void onlyBelow(long end) {
    content.removeIf(batch -> batch.offset() >= end);
    possible.clear();
    content.forEach(this::mayFind);
    nextSequences.clear();
    content.forEach(
        batch -> nextSequences.put(batch.producerId(), batch.sequence() + batch.count()));
    writtenEnd = Math.min(writtenEnd, end);
    durableEnd = Math.min(durableEnd, end);
    truncatingTo = Long.MAX_VALUE;
  }

  /** A restart found these batches; what it found is what there is. */
  void found(List<SentBatch> batches, long start, long end, PartitionLog opened) {
    long from = batches.isEmpty() ? end : batches.get(0).offset();
    content.removeIf(batch -> batch.offset() >= from);
    content.addAll(batches);
    writtenEnd = end;
    onlyBelow(end);
    minStart = start;
    maxStart = start;
    mustExist = true;
    mayExist = true;
    log = opened;
  }

  @Override
  public String toString() {
    return name + " (" + id + ")";
  }
}
