package io.millrace.log.segment;

import io.millrace.log.AppendOutcome.Refused;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordReader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a batch of a client must be like before a leader appends it. The structure is checked first,
 * so that a duplicate is known as one whatever its age; then its timestamps and, where the topic
 * asks for it, its records.
 *
 * <p>Threading: stateless.
 */
final class AppendValidator {
  private static final int HIGHEST_COMPRESSION_ID = 4;

  private AppendValidator() {}

  /** Header, size, CRC, count, kind: null if all is well. */
  static @Nullable Refused structure(ByteBuffer batch, LogConfig config) {
    int at = batch.position();
    int size = batch.remaining();
    if (size >= BatchHeader.SIZE_BYTES && size > config.maxMessageBytes()) {
      return tooLarge(size, config);
    }
    try {
      BatchHeader.requireValid(batch, at);
    } catch (StreamException e) {
      return new Refused(e.code(), String.valueOf(e.getMessage()));
    }
    if (BatchHeader.sizeBytes(batch, at) != size) {
      return refused(
          "the batch has "
              + BatchHeader.sizeBytes(batch, at)
              + " of "
              + size
              + " bytes; exactly one batch is expected");
    }
    int count = BatchHeader.recordCount(batch, at);
    int delta = BatchHeader.lastOffsetDelta(batch, at);
    if (count < 1 || delta != count - 1) {
      return refused(
          "the batch has "
              + count
              + " records and last offset delta "
              + delta
              + "; at least 1 record and one less as delta are expected");
    }
    if (BatchHeader.compressionId(batch, at) > HIGHEST_COMPRESSION_ID) {
      return new Refused(
          ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
          "the batch has compression type "
              + BatchHeader.compressionId(batch, at)
              + ", expected 0 to "
              + HIGHEST_COMPRESSION_ID);
    }
    if (BatchHeader.isControl(batch, at)) {
      return refused("the batch is a control batch, which only brokers write");
    }
    if (BatchHeader.hasDeleteHorizon(batch, at)) {
      return refused("the batch has a delete horizon, which only brokers set");
    }
    if (BatchHeader.isTransactional(batch, at)) {
      return refused("the batch belongs to a transaction, which this broker does not offer");
    }
    return null;
  }

  static Refused tooLarge(int size, LogConfig config) {
    return new Refused(
        ErrorCode.MESSAGE_TOO_LARGE,
        "the batch has "
            + size
            + " bytes, the topic's max.message.bytes is "
            + config.maxMessageBytes());
  }

  /** The producer's timestamps against the broker's clock: null if all is well. */
  static @Nullable Refused timestamps(ByteBuffer batch, LogConfig config, long nowMs) {
    int at = batch.position();
    if (config.logAppendTime()) {
      return null; // They are about to be replaced.
    }
    if (BatchHeader.isLogAppendTime(batch, at)) {
      return new Refused(
          ErrorCode.INVALID_TIMESTAMP,
          "the batch is marked LogAppendTime, which only brokers do; the topic has CreateTime");
    }
    Refused newest = bounds("newest", BatchHeader.maxTimestampMs(batch, at), config, nowMs);
    return newest != null
        ? newest
        : bounds("first", BatchHeader.baseTimestampMs(batch, at), config, nowMs);
  }

  private static @Nullable Refused bounds(
      String which, long timestampMs, LogConfig config, long nowMs) {
    if (timestampMs < Segment.NO_TIMESTAMP) {
      return new Refused(
          ErrorCode.INVALID_TIMESTAMP, "the " + which + " timestamp is " + timestampMs);
    }
    if (timestampMs == Segment.NO_TIMESTAMP) {
      return null;
    }
    long ahead = timestampMs - nowMs;
    if (ahead > config.timestampAfterMaxMs() || -ahead > config.timestampBeforeMaxMs()) {
      return new Refused(
          ErrorCode.INVALID_TIMESTAMP,
          "the "
              + which
              + " timestamp is "
              + timestampMs
              + ", "
              + (ahead > 0 ? ahead + " ms ahead of" : -ahead + " ms before")
              + " the broker's clock; the topic allows "
              + config.timestampAfterMaxMs()
              + " ms ahead and "
              + config.timestampBeforeMaxMs()
              + " ms before");
    }
    return null;
  }

  /** Every record inside: null if all is well. */
  static @Nullable Refused records(ByteBuffer batch, LogConfig config, long decompressionBytes) {
    int at = batch.position();
    try (RecordReader reader = RecordReader.of(batch, at, decompressionBytes)) {
      long expected = BatchHeader.baseOffset(batch, at);
      long newest = Segment.NO_TIMESTAMP;
      while (reader.advance()) {
        if (config.compaction().compacts() && reader.keySizeBytes() < 0) {
          return refused(
              "record "
                  + (expected - BatchHeader.baseOffset(batch, at))
                  + " of the batch has no key; the topic is compacted (cleanup.policy), so every"
                  + " record needs one");
        }
        if (reader.offset() != expected) {
          return refused("record " + expected + " of the batch says offset " + reader.offset());
        }
        expected++;
        newest = Math.max(newest, reader.timestampMs());
      }
      long said = BatchHeader.maxTimestampMs(batch, at);
      return config.logAppendTime() || newest == said
          ? null
          : new Refused(
              ErrorCode.INVALID_TIMESTAMP,
              "the newest record has timestamp " + newest + ", the batch says " + said);
    } catch (StreamException e) {
      return new Refused(
          e.code() == ErrorCode.CORRUPT_MESSAGE ? ErrorCode.INVALID_RECORD : e.code(),
          String.valueOf(e.getMessage()));
    }
  }

  /** Whether the topic's settings ask for a look at every record of this batch. */
  static boolean mustReadRecords(ByteBuffer batch, LogConfig config) {
    return config.validateRecords()
        || config.compaction().compacts()
        || config.logAppendTime()
        || mustRewrite(batch, config);
  }

  /** Whether the batch has to be stored in another compression than it came in. */
  static boolean mustRewrite(ByteBuffer batch, LogConfig config) {
    return config.compression().isPresent()
        && config.compression().get().id() != BatchHeader.compressionId(batch, batch.position());
  }

  /** The same records in the topic's compression, under the same producer. */
  static ByteBuffer rewritten(ByteBuffer batch, CompressionType target, long decompressionBytes) {
    int at = batch.position();
    try (RecordReader reader = RecordReader.of(batch, at, decompressionBytes);
        RecordBatchBuilder builder = new RecordBatchBuilder(target, batch.remaining())) {
      builder.producer(
          BatchHeader.producerId(batch, at),
          BatchHeader.producerEpoch(batch, at),
          BatchHeader.baseSequence(batch, at));
      while (reader.advance()) {
        builder.append(reader.timestampMs(), reader.key(), reader.value(), reader.headers());
      }
      return builder.build();
    }
  }

  private static Refused refused(String reason) {
    return new Refused(ErrorCode.INVALID_RECORD, reason);
  }
}
