package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Completable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one partition that were never sent: one that is being filled, and full ones before
 * it. A record that finds the last batch full begins another, as long as there is memory.
 *
 * <p>Threading: any thread appends, under a lock held for the copy of one record; the loop takes.
 */
final class PartitionQueue {
  private final String topic;
  private final int partition;
  private final BatchLimits limits;
  private final BufferMemory memory;
  private final Loop loop;
  private final Signals signals;

  // Guarded by this.
  private final ArrayDeque<ProduceBatch> full = new ArrayDeque<>();
  private @Nullable ProduceBatch open;
  private boolean closed;

  /** What the one who sends is told, on the thread that appends and not under the lock. */
  interface Signals {
    /** A batch is full: it may be sent now. */
    void onFull(PartitionQueue queue);

    /** A batch was begun: it may be sent when it has lingered. */
    void onBegun(PartitionQueue queue, long dueNanos);
  }

  /** What became of a record. */
  enum Appended {
    YES,
    /** There is no batch with room for it, and none was to be begun. */
    NO_BATCH,
    NO_MEMORY,
    CLOSED
  }

  /** Whether a batch may be begun for a record. */
  enum Begin {
    NO,
    IF_THERE_IS_MEMORY,
    /** For a record that was taken in before. */
    ALWAYS
  }

  PartitionQueue(
      String topic,
      int partition,
      BatchLimits limits,
      BufferMemory memory,
      Loop loop,
      Signals signals) {
    this.topic = topic;
    this.partition = partition;
    this.limits = limits;
    this.memory = memory;
    this.loop = loop;
    this.signals = signals;
  }

  String topic() {
    return topic;
  }

  int partition() {
    return partition;
  }

  /**
   * Copies a record into a batch.
   *
   * @param sizeBound at most so many bytes does the record take
   * @param mayBegin what happens if no batch has room for it
   */
  Appended append(
      ProducerRecord record,
      long sizeBound,
      @Nullable Completable<RecordMetadata> whoWaits,
      Begin mayBegin) {
    long timestampMs =
        record.timestampMs() == ProducerRecord.NOW ? loop.wallClockMs() : record.timestampMs();
    long dueNanos = 0;
    boolean begun = false;
    boolean filled = false;
    Appended outcome = Appended.YES;
    synchronized (this) {
      ProduceBatch batch = open;
      if (closed) {
        outcome = Appended.CLOSED;
      } else if (batch == null
          || !batch.tryAppend(record, timestampMs, limits.batchBytes(), whoWaits)) {
        filled = batch != null;
        closeOpen();
        ProduceBatch next = begin(sizeBound, mayBegin);
        if (next == null) {
          outcome = mayBegin == Begin.NO ? Appended.NO_BATCH : Appended.NO_MEMORY;
        } else {
          appendFirst(next, record, timestampMs, whoWaits);
          begun = true;
          dueNanos = next.createdNanos() + limits.lingerNanos();
        }
      }
      if (open != null && open.isFull(limits.batchBytes())) {
        closeOpen();
        filled = true;
      }
    }
    if (begun) {
      signals.onBegun(this, dueNanos);
    }
    if (filled) {
      signals.onFull(this);
    }
    return outcome;
  }

  private @Nullable ProduceBatch begin(long sizeBound, Begin mayBegin) {
    boolean usual = sizeBound + ProduceBatch.OVERHEAD_BYTES <= limits.arrayBytes();
    long bytes = usual ? limits.arrayBytes() : sizeBound + ProduceBatch.OVERHEAD_BYTES;
    if (mayBegin == Begin.ALWAYS) {
      memory.reserveAnyway(bytes);
    } else if (mayBegin == Begin.NO || !memory.tryReserve(bytes)) {
      return null;
    }
    byte[] array = usual ? memory.takeArray() : new byte[(int) bytes];
    return new ProduceBatch(topic, partition, limits.compression(), array, bytes, loop.nanoTime());
  }

  private void appendFirst(
      ProduceBatch batch,
      ProducerRecord record,
      long timestampMs,
      @Nullable Completable<RecordMetadata> whoWaits) {
    try {
      batch.tryAppend(record, timestampMs, limits.batchBytes(), whoWaits);
      open = batch;
    } catch (RuntimeException e) {
      memory.giveArray(batch.memory());
      memory.release(batch.reservedBytes());
      throw e;
    }
  }

  private void closeOpen() {
    if (open != null) {
      full.add(open);
      open = null;
    }
  }

  /**
   * The next batch to send: a full one, or the one being filled if it has lingered.
   *
   * @param evenIfNotDue whether the one being filled is taken in any case
   */
  synchronized @Nullable ProduceBatch take(long nowNanos, boolean evenIfNotDue) {
    ProduceBatch batch = full.poll();
    if (batch == null && open != null && (evenIfNotDue || isDue(open, nowNanos))) {
      batch = open;
      open = null;
    }
    return batch;
  }

  private boolean isDue(ProduceBatch batch, long nowNanos) {
    return nowNanos - (batch.createdNanos() + limits.lingerNanos()) >= 0;
  }

  /** Puts batches that lost their place in the order back before all others, oldest first. */
  synchronized void putBack(List<ProduceBatch> batches) {
    for (int i = batches.size() - 1; i >= 0; i--) {
      full.addFirst(batches.get(i));
    }
  }

  /** Takes out the batches that were begun before. */
  synchronized List<ProduceBatch> takeBegunBefore(long nanos) {
    List<ProduceBatch> taken = new ArrayList<>();
    while (!full.isEmpty() && full.peek().createdNanos() - nanos < 0) {
      taken.add(full.poll());
    }
    if (full.isEmpty() && open != null && open.createdNanos() - nanos < 0) {
      taken.add(open);
      open = null;
    }
    return taken;
  }

  /** All batches, oldest first; they stay. */
  synchronized List<ProduceBatch> batches() {
    List<ProduceBatch> all = new ArrayList<>(full);
    if (open != null) {
      all.add(open);
    }
    return all;
  }

  /** Refuses records from now on. */
  synchronized void close() {
    closed = true;
  }

  /** Refuses a record that no batch of this producer could hold. */
  static void requireFits(long sizeBound, BatchLimits limits, long totalMemoryBytes) {
    if (sizeBound > limits.maxRequestBytes()) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "a record takes up to "
              + sizeBound
              + " bytes, more than max.request.size, which is "
              + limits.maxRequestBytes());
    }
    if (sizeBound + ProduceBatch.OVERHEAD_BYTES > totalMemoryBytes) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "a record takes up to "
              + sizeBound
              + " bytes, more than buffer.memory has, which is "
              + totalMemoryBytes);
    }
  }
}
