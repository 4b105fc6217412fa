package io.millrace.record;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes what compaction leaves of a batch: the same batch with fewer records, with none, or a batch
 * without records that stands for offsets whose records are gone. Base offset, last offset delta,
 * leader epoch, producer and sequence of a batch stay, so that the offset after it and what is
 * known of its producer do not change; the records that are kept keep their offsets and timestamps.
 *
 * <p>Threading: stateless; blocks for compression only.
 */
public final class BatchRewriter {
  private static final int MIN_CAPACITY_BYTES = 512;

  private BatchRewriter() {}

  /**
   * The batch with only some of its records, in the compression that it has.
   *
   * @param batch holds a whole, valid batch at {@code at}
   * @param kept which of its records are kept, counted from 0; at least one
   * @param deleteHorizonMs becomes the batch's delete horizon (KIP-534); empty to leave it as it is
   * @param decompressionBudgetBytes as for {@link RecordReader#of}
   * @throws io.millrace.model.StreamException if the records cannot be read
   */
  public static ByteBuffer keeping(
      ByteBuffer batch,
      int at,
      BitSet kept,
      OptionalLong deleteHorizonMs,
      long decompressionBudgetBytes) {
    CompressionType compression = CompressionType.ofId(BatchHeader.compressionId(batch, at));
    Output output = new Output(compression, BatchHeader.sizeBytes(batch, at));
    long newest = -1;
    int index = 0;
    try (RecordReader reader = RecordReader.of(batch, at, decompressionBudgetBytes)) {
      while (reader.advance()) {
        if (kept.get(index++)) {
          newest = Math.max(newest, reader.producerTimestampMs());
          if (deleteHorizonMs.isPresent()) {
            output.record(reader, reader.producerTimestampMs() - deleteHorizonMs.getAsLong());
          } else {
            output.record(reader.body());
          }
        }
      }
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
    ByteBuffer result = output.finish();
    copyHeader(batch, at, result, kept.cardinality());
    if (!BatchHeader.isLogAppendTime(batch, at)) {
      result.putLong(BatchHeader.MAX_TIMESTAMP, newest);
    }
    if (deleteHorizonMs.isPresent()) {
      int attributes = BatchHeader.attributes(batch, at) | BatchHeader.DELETE_HORIZON_BIT;
      result.putShort(BatchHeader.ATTRIBUTES, (short) attributes);
      result.putLong(BatchHeader.BASE_TIMESTAMP, deleteHorizonMs.getAsLong());
    }
    BatchHeader.updateCrc(result, 0);
    return result;
  }

  /** The batch without its records: what its producer is known by. */
  public static ByteBuffer withoutRecords(ByteBuffer batch, int at) {
    ByteBuffer result = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
    copyHeader(batch, at, result, 0);
    int stamp = BatchHeader.attributes(batch, at) & BatchHeader.LOG_APPEND_TIME_BIT;
    result.putShort(BatchHeader.ATTRIBUTES, (short) stamp);
    BatchHeader.updateCrc(result, 0);
    return result;
  }

  /**
   * A batch without records and producer in the place of those that are gone.
   *
   * @param maxTimestampMs newest timestamp of what was there
   */
  public static ByteBuffer inPlaceOf(
      long baseOffset, long lastOffset, int leaderEpoch, long maxTimestampMs) {
    ByteBuffer result = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
    result.putLong(0, baseOffset);
    result.putInt(
        BatchHeader.BATCH_LENGTH, BatchHeader.SIZE_BYTES - BatchHeader.LENGTH_PREFIX_BYTES);
    result.putInt(BatchHeader.LEADER_EPOCH, leaderEpoch);
    result.put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC);
    result.putInt(BatchHeader.LAST_OFFSET_DELTA, Math.toIntExact(lastOffset - baseOffset));
    result.putLong(BatchHeader.BASE_TIMESTAMP, maxTimestampMs);
    result.putLong(BatchHeader.MAX_TIMESTAMP, maxTimestampMs);
    BatchHeader.setProducer(
        result,
        0,
        BatchHeader.NO_PRODUCER_ID,
        BatchHeader.NO_PRODUCER_EPOCH,
        BatchHeader.NO_SEQUENCE);
    return result;
  }

  private static void copyHeader(ByteBuffer batch, int at, ByteBuffer result, int recordCount) {
    result.put(0, batch, at, BatchHeader.SIZE_BYTES);
    result.putInt(BatchHeader.BATCH_LENGTH, result.limit() - BatchHeader.LENGTH_PREFIX_BYTES);
    result.putInt(BatchHeader.RECORD_COUNT, recordCount);
  }

  /** The records of a batch on their way into it. */
  private static final class Output {
    private final @Nullable ByteBufferOutputStream compressed;
    private final @Nullable OutputStream codec;
    private byte[] bytes;
    private int at;

    Output(CompressionType compression, int expectedBytes) {
      bytes = new byte[Math.max(MIN_CAPACITY_BYTES, expectedBytes)];
      if (compression == CompressionType.NONE) {
        at = BatchHeader.SIZE_BYTES;
        compressed = null;
        codec = null;
      } else {
        compressed = new ByteBufferOutputStream(Math.max(MIN_CAPACITY_BYTES, expectedBytes));
        compressed.position(BatchHeader.SIZE_BYTES);
        codec = compression.compressTo(compressed);
      }
    }

    void record(ByteBuffer body) {
      int size = body.remaining();
      reserve(Varints.MAX_INT_BYTES + size);
      at = Varints.write(bytes, at, size);
      body.get(0, bytes, at, size);
      at += size;
      pass();
    }

    void record(RecordReader reader, long timestampDelta) {
      ByteBuffer rest = reader.bodyAfterTimestamp();
      int size = Math.addExact(1 + Varints.sizeOf(timestampDelta), rest.remaining());
      reserve(Varints.MAX_INT_BYTES + size);
      at = Varints.write(bytes, at, size);
      bytes[at++] = 0;
      at = Varints.write(bytes, at, timestampDelta);
      rest.get(0, bytes, at, rest.remaining());
      at += rest.remaining();
      pass();
    }

    private void reserve(int count) {
      int needed = Math.addExact(at, count);
      if (needed > bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, 2L * needed));
      }
    }

    private void pass() {
      if (codec != null) {
        try {
          codec.write(bytes, 0, at);
        } catch (IOException e) {
          throw new UncheckedIOException("the codec writes to memory only", e);
        }
        at = 0;
      }
    }

    ByteBuffer finish() {
      close();
      return compressed == null
          ? ByteBuffer.wrap(bytes, 0, at).slice()
          : compressed.buffer().flip();
    }

    void close() {
      if (codec != null) {
        try {
          codec.close();
        } catch (IOException e) {
          throw new UncheckedIOException("the codec writes to memory only", e);
        }
      }
    }
  }
}
