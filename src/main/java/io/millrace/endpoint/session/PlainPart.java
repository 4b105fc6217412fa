package io.millrace.endpoint.session;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.ProducedRange;
import io.millrace.record.RecordBatchBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of one produceRecords request that go to one partition. It is answered once: when all
 * of them are appended, when the first of them fails, or when its time is up.
 *
 * <p>Invariant: {@code settled <= taken <= records}.
 *
 * <p>Threading: its session's.
 */
final class PlainPart {
  final int partition;
  final Acks acks;
  private long sizeBytes;
  final long deadlineNanos;
  private final List<PlainRecord> records = new ArrayList<>();
  private final List<Integer> indexes = new ArrayList<>();
  private final List<ProducedRange> ranges = new ArrayList<>();
  private final Runnable whenDone;
  private int taken;
  private int settled;
  private boolean done;
  private ErrorCode error = ErrorCode.NONE;
  private String reason = "";

  PlainPart(int partition, Acks acks, long deadlineNanos, Runnable whenDone) {
    this.partition = partition;
    this.acks = acks;
    this.deadlineNanos = deadlineNanos;
    this.whenDone = whenDone;
  }

  void add(PlainRecord record, int index) {
    records.add(record);
    sizeBytes += sizeBytes(record);
    indexes.add(index);
  }

  /** Bytes that a record takes while it waits, about. */
  private static long sizeBytes(PlainRecord record) {
    return RecordBatchBuilder.recordSizeUpperBoundBytes(
        record.getKey(), record.getValue(), PlainBatch.headers(record));
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** Whether records wait to go into a batch. */
  boolean hasNext() {
    return !done && taken < records.size();
  }

  PlainRecord peek() {
    return records.get(taken);
  }

  void take() {
    taken++;
  }

  /** How many records are in a batch that has no answer yet. */
  int inFlight() {
    return taken - settled;
  }

  /** The next {@code count} records in flight are in the log. */
  void appended(int count, long baseOffset, long logAppendTimeMs) {
    List<Integer> which = List.copyOf(indexes.subList(settled, settled + count));
    settled += count;
    if (!done) {
      ranges.add(new ProducedRange(partition, baseOffset, count, logAppendTimeMs, which));
      if (settled == records.size()) {
        finish();
      }
    }
  }

  /** Records are not, or not known to be, in the log. */
  void failed(ErrorCode code, String why) {
    if (!done) {
      error = code;
      reason = why;
      finish();
    }
  }

  private void finish() {
    done = true;
    whenDone.run();
  }

  boolean isDone() {
    return done;
  }

  /** NONE if all is appended. */
  ErrorCode error() {
    return error;
  }

  String reason() {
    return reason;
  }

  int appendedCount() {
    return ranges.stream().mapToInt(ProducedRange::getCount).sum();
  }

  List<ProducedRange> ranges() {
    return ranges;
  }
}
