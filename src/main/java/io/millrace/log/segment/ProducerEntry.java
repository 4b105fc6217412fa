package io.millrace.log.segment;

import io.millrace.record.BatchHeader;

/**
 * What a partition remembers of one idempotent producer: its epoch and its last five batches, which
 * is as many as a producer has in flight (KIP-98).
 *
 * <p>Threading: the log's owner thread.
 */
final class ProducerEntry {
  static final int BATCHES = 5;

  /** A batch as it was appended. */
  record Batch(
      int firstSequence, int lastSequence, long baseOffset, long lastOffset, long appendTimeMs) {}

  private final Batch[] batches = new Batch[BATCHES];
  private short epoch;
  private int count;
  private long seenNanos;

  ProducerEntry(short epoch, long seenNanos) {
    this.epoch = epoch;
    this.seenNanos = seenNanos;
  }

  short epoch() {
    return epoch;
  }

  /** Batches that are remembered, oldest first. */
  int count() {
    return count;
  }

  Batch batch(int index) {
    return batches[index];
  }

  /** When it last appended, on the monotonic clock. */
  long seenNanos() {
    return seenNanos;
  }

  void appended(short batchEpoch, Batch batch, long nowNanos) {
    if (batchEpoch != epoch) {
      epoch = batchEpoch;
      count = 0;
    }
    if (count == BATCHES) {
      System.arraycopy(batches, 1, batches, 0, BATCHES - 1);
      count--;
    }
    batches[count++] = batch;
    seenNanos = nowNanos;
  }

  /** The sequence that its next batch begins with. */
  int nextSequence() {
    return count == 0 ? 0 : BatchHeader.sequenceAfter(batches[count - 1].lastSequence(), 1);
  }
}
