package io.millrace.client;

import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.vertx.core.Completable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition that are sent together, with those who wait for them.
 *
 * <p>Threading: open, under the lock of its partition's queue; closed, on the loop.
 */
final class ProduceBatch {
  /** Space beside the records: the batch's header, and the overhead of one record. */
  static final int OVERHEAD_BYTES = 128;

  private static final int FIRST_CAPACITY = 16;
  private static final Completable<RecordMetadata> NOBODY = (metadata, failure) -> {};

  private final String topic;
  private final int partition;
  private final byte[] memory;
  private final RecordBatchBuilder builder;
  private final long reservedBytes;
  private final long createdNanos;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  private Completable<RecordMetadata>[] waiting = new Completable[FIRST_CAPACITY];

  private long[] timestamps = new long[FIRST_CAPACITY];

  private @Nullable ByteBuffer bytes;
  private long producerId = BatchHeader.NO_PRODUCER_ID;
  private int baseSequence = BatchHeader.NO_SEQUENCE;
  private int attempts;
  private boolean sent;
  private boolean outcomeUnknown;
  private long requestId;
  private @Nullable StreamException lastFailure;
  private @Nullable Runnable whenDone;

  /**
   * @param memory an array that the batch uses until it is done
   */
  ProduceBatch(
      String topic,
      int partition,
      CompressionType compression,
      byte[] memory,
      long reservedBytes,
      long createdNanos) {
    this.topic = topic;
    this.partition = partition;
    this.memory = memory;
    this.builder = RecordBatchBuilder.in(memory, compression);
    this.reservedBytes = reservedBytes;
    this.createdNanos = createdNanos;
  }

  /** Adds a record if the batch stays within the bound with it, or is empty. */
  boolean tryAppend(
      ProducerRecord record,
      long timestampMs,
      int limitBytes,
      @Nullable Completable<RecordMetadata> whoWaits) {
    int count = builder.recordCount();
    if (count > 0
        && builder.sizeWithBytes(record.key(), record.value(), record.headers()) > limitBytes) {
      return false;
    }
    builder.append(timestampMs, record.key(), record.value(), record.headers());
    if (count == waiting.length) {
      waiting = Arrays.copyOf(waiting, 2 * count);
      timestamps = Arrays.copyOf(timestamps, 2 * count);
    }
    waiting[count] = whoWaits == null ? NOBODY : whoWaits;
    timestamps[count] = timestampMs;
    return true;
  }

  boolean isEmpty() {
    return builder.recordCount() == 0;
  }

  int recordCount() {
    return builder.recordCount();
  }

  /** Whether a further record of usual size would hardly fit. */
  boolean isFull(int limitBytes) {
    return builder.sizeBytes() >= limitBytes;
  }

  int partition() {
    return partition;
  }

  long reservedBytes() {
    return reservedBytes;
  }

  long createdNanos() {
    return createdNanos;
  }

  /** Gives the batch its place in its producer's order, before it is sent for the first time. */
  void sequence(ProducerIdentity identity, int firstSequence) {
    producerId = identity.id();
    baseSequence = firstSequence;
    if (bytes == null) {
      builder.producer(identity.id(), identity.epoch(), firstSequence);
    } else {
      BatchHeader.setProducer(bytes, 0, identity.id(), identity.epoch(), firstSequence);
    }
  }

  int baseSequence() {
    return baseSequence;
  }

  long producerId() {
    return producerId;
  }

  /** The finished batch; the same bytes at every attempt. */
  ByteBuffer bytes() {
    ByteBuffer built = bytes;
    if (built == null) {
      built = builder.build();
      bytes = built;
    }
    return built;
  }

  /** The array to be used again, once the batch is done. */
  byte[] memory() {
    return memory;
  }

  void onSent(long ofRequest) {
    attempts++;
    sent = true;
    requestId = ofRequest;
  }

  /** An attempt failed and another is to come. */
  void onRetry(StreamException failure, boolean isOutcomeUnknown) {
    sent = false;
    outcomeUnknown |= isOutcomeUnknown;
    lastFailure = failure;
  }

  /** Whether an answer is awaited. */
  boolean isSent() {
    return sent;
  }

  /** Whether some attempt may have written the batch, as far as this client can know. */
  boolean mayBeWritten() {
    return sent || outcomeUnknown;
  }

  boolean isOutcomeUnknown() {
    return outcomeUnknown;
  }

  int attempts() {
    return attempts;
  }

  long requestId() {
    return requestId;
  }

  @Nullable StreamException lastFailure() {
    return lastFailure;
  }

  /** Called once when the batch is done, either way. */
  void whenDone(Runnable listener) {
    Runnable before = whenDone;
    whenDone =
        before == null
            ? listener
            : () -> {
              before.run();
              listener.run();
            };
  }

  /**
   * Tells everybody that the batch is written.
   *
   * @param baseOffset of the first record, -1 if not known
   * @param logAppendTimeMs the broker's time, -1 if the records keep theirs
   */
  void succeed(long baseOffset, long logAppendTimeMs, Loop loop) {
    int count = builder.recordCount();
    for (int i = 0; i < count; i++) {
      if (waiting[i] != NOBODY) {
        long offset = baseOffset < 0 ? RecordMetadata.UNKNOWN_OFFSET : baseOffset + i;
        long timestampMs = logAppendTimeMs < 0 ? timestamps[i] : logAppendTimeMs;
        tell(waiting[i], new RecordMetadata(topic, partition, offset, timestampMs), null, loop);
      }
    }
    finish();
  }

  /** Tells everybody that the batch is not, or not known to be, written. */
  void fail(StreamException failure, Loop loop) {
    int count = builder.recordCount();
    for (int i = 0; i < count; i++) {
      tell(waiting[i], null, failure, loop);
    }
    builder.close();
    finish();
  }

  private static void tell(
      Completable<RecordMetadata> who,
      @Nullable RecordMetadata metadata,
      @Nullable StreamException failure,
      Loop loop) {
    try {
      who.complete(metadata, failure);
    } catch (RuntimeException e) {
      // The application's callback failed; the others are to be told all the same.
      loop.report(e);
    }
  }

  private void finish() {
    if (whenDone != null) {
      whenDone.run();
    }
  }
}
