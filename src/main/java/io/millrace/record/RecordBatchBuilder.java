package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds one record batch, record by record. Uncompressed records are encoded straight into the
 * batch; compressed ones go through the codec in pieces of some KiB. Offsets start at 0 and the
 * leader epoch is -1, as the leader expects of a batch that it is to append.
 *
 * <p>Bounds: the number of records and bytes is the caller's to limit, with {@link #sizeWithBytes};
 * a batch of 2 GiB fails.
 *
 * <p>Threading: one thread at a time. A builder that is not built must be closed: compressors hold
 * native memory.
 */
public final class RecordBatchBuilder implements AutoCloseable {
  private static final int PIECE_BYTES = 16 * 1024;
  private static final int MIN_CAPACITY_BYTES = BatchHeader.SIZE_BYTES + 64;
  private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

  /** Attributes, three lengths or counts and two deltas at their longest. */
  private static final int MAX_RECORD_OVERHEAD_BYTES =
      1 + 5 * Varints.MAX_INT_BYTES + Varints.MAX_LONG_BYTES;

  private final CompressionType compression;
  private final @Nullable ByteBufferOutputStream output;
  private final @Nullable OutputStream codec;
  private byte[] bytes;
  private int at;
  private long codecBytes; // What went into the codec so far.
  private long heldBackBytes; // At most so many of them are not in its output yet.
  private int lastOutputPosition;
  private double expectedRatio = 1.0;
  private int recordCount;
  private long baseTimestampMs;
  private long maxTimestampMs = -1;
  private long producerId = BatchHeader.NO_PRODUCER_ID;
  private short producerEpoch = BatchHeader.NO_PRODUCER_EPOCH;
  private int baseSequence = BatchHeader.NO_SEQUENCE;
  private boolean finished;

  /**
   * @param initialCapacityBytes expected size of the batch; it grows beyond it
   */
  public RecordBatchBuilder(CompressionType compression, int initialCapacityBytes) {
    this(
        new byte[firstCapacity(compression, initialCapacityBytes)],
        compression,
        initialCapacityBytes);
  }

  private RecordBatchBuilder(byte[] memory, CompressionType compression, int capacityBytes) {
    this.compression = compression;
    this.bytes = memory;
    if (compression == CompressionType.NONE) {
      this.at = BatchHeader.SIZE_BYTES;
      this.output = null;
      this.codec = null;
    } else {
      this.output = new ByteBufferOutputStream(Math.max(capacityBytes, MIN_CAPACITY_BYTES));
      this.output.position(BatchHeader.SIZE_BYTES);
      this.codec = compression.compressTo(output);
      this.lastOutputPosition = output.position();
    }
  }

  private static int firstCapacity(CompressionType compression, int expectedBytes) {
    int capacity = Math.max(expectedBytes, MIN_CAPACITY_BYTES);
    return compression == CompressionType.NONE ? capacity : Math.min(capacity, PIECE_BYTES);
  }

  /**
   * Builds in memory that the caller lends until the batch is no longer used: an uncompressed batch
   * that fits is built in it, so that its {@link #build()} is backed by this very array; a
   * compressed one passes through it. What does not fit goes to larger arrays.
   */
  public static RecordBatchBuilder in(byte[] memory, CompressionType compression) {
    byte[] usable = memory.length < MIN_CAPACITY_BYTES ? new byte[MIN_CAPACITY_BYTES] : memory;
    return new RecordBatchBuilder(usable, compression, memory.length);
  }

  /**
   * Says how small the codec is expected to make the records, compressed by uncompressed, 1.0 if
   * nothing is known: codecs hold bytes back, and {@link #sizeBytes()} estimates what they hold by
   * it. The {@link #compressionRatio()} of earlier batches of the topic is a good guess.
   */
  public RecordBatchBuilder expectRatio(double ratio) {
    if (!(ratio > 0 && ratio <= 1.5)) {
      throw new IllegalArgumentException("compression ratio is " + ratio + ", expected 0 to 1.5");
    }
    this.expectedRatio = ratio;
    return this;
  }

  /** Makes the batch an idempotent producer's; any time before {@link #build()}. */
  public RecordBatchBuilder producer(long id, short epoch, int firstSequence) {
    this.producerId = id;
    this.producerEpoch = epoch;
    this.baseSequence = firstSequence;
    return this;
  }

  /**
   * Adds a record; the remaining bytes of the buffers count and their positions stay.
   *
   * @param timestampMs the producer's time, 0 or later
   * @throws StreamException INVALID_TIMESTAMP for a negative timestamp
   */
  public void append(
      long timestampMs,
      @Nullable ByteBuffer key,
      @Nullable ByteBuffer value,
      List<RecordHeader> headers) {
    requireOpen();
    if (timestampMs < 0) {
      throw new StreamException(
          ErrorCode.INVALID_TIMESTAMP,
          "a record's timestamp is " + timestampMs + ", expected 0 or later (ms since 1970)");
    }
    if (recordCount == 0) {
      baseTimestampMs = timestampMs;
    }
    long delta = timestampMs - baseTimestampMs;
    int headersSize = headers.isEmpty() ? 1 : headersSize(headers);
    int body =
        1 + Varints.sizeOf(delta) + Varints.sizeOf(recordCount) + fieldSize(key) + fieldSize(value);
    body = Math.addExact(body, headersSize);
    reserve(Math.addExact(body, Varints.MAX_INT_BYTES));
    int next = Varints.write(bytes, at, body);
    bytes[next++] = 0;
    next = Varints.write(bytes, next, delta);
    next = Varints.write(bytes, next, recordCount);
    next = writeField(next, key);
    next = writeField(next, value);
    at = headers.isEmpty() ? Varints.write(bytes, next, 0) : writeHeaders(next, headers);
    recordCount++;
    maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
    if (codec != null && at >= PIECE_BYTES) {
      compressPiece(codec);
    }
  }

  /** As the other one, with arrays. */
  public void append(
      long timestampMs,
      byte @Nullable [] key,
      byte @Nullable [] value,
      List<RecordHeader> headers) {
    append(
        timestampMs,
        key == null ? null : ByteBuffer.wrap(key),
        value == null ? null : ByteBuffer.wrap(value),
        headers);
  }

  public int recordCount() {
    return recordCount;
  }

  /** Bytes of the records before compression, with the header. */
  public long uncompressedSizeBytes() {
    return codec == null ? at : BatchHeader.SIZE_BYTES + codecBytes + at;
  }

  /** Bytes of the batch if it were built now: exact without compression, else an estimate. */
  public long sizeBytes() {
    if (output == null) {
      return at;
    }
    return output.position() + (long) Math.ceil((heldBackBytes + at) * expectedRatio);
  }

  /** At most so many bytes would {@link #sizeBytes()} be with this record as well. */
  public long sizeWithBytes(
      @Nullable ByteBuffer key, @Nullable ByteBuffer value, List<RecordHeader> headers) {
    return sizeBytes() + recordSizeUpperBoundBytes(key, value, headers);
  }

  /** At most so many bytes does a record take, uncompressed, in any batch. */
  public static long recordSizeUpperBoundBytes(
      @Nullable ByteBuffer key, @Nullable ByteBuffer value, List<RecordHeader> headers) {
    long size = MAX_RECORD_OVERHEAD_BYTES;
    size += key == null ? 0 : key.remaining();
    size += value == null ? 0 : value.remaining();
    return headers.isEmpty() ? size : size + headersSize(headers);
  }

  /**
   * Finishes the batch: header, CRC. The buffer belongs to the caller, from position 0 to its
   * limit; the builder is used up.
   *
   * @throws IllegalStateException if it holds no record or was built before
   */
  public ByteBuffer build() {
    requireOpen();
    if (recordCount == 0) {
      throw new IllegalStateException("a batch without a record cannot be built");
    }
    ByteBuffer batch;
    if (codec == null || output == null) {
      batch = ByteBuffer.wrap(bytes, 0, at);
    } else {
      compressPiece(codec);
      close();
      batch = output.buffer().flip();
    }
    finished = true;
    writeHeader(batch);
    return batch;
  }

  /** How small the codec made the records, compressed by uncompressed; after {@link #build()}. */
  public double compressionRatio() {
    if (output == null || codecBytes == 0) {
      return 1.0;
    }
    return (double) (output.buffer().limit() - BatchHeader.SIZE_BYTES) / codecBytes;
  }

  private void writeHeader(ByteBuffer batch) {
    batch.putLong(0, 0L);
    batch.putInt(BatchHeader.BATCH_LENGTH, batch.limit() - BatchHeader.LENGTH_PREFIX_BYTES);
    batch.putInt(BatchHeader.LEADER_EPOCH, -1);
    batch.put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC);
    batch.putShort(BatchHeader.ATTRIBUTES, (short) compression.id());
    batch.putInt(BatchHeader.LAST_OFFSET_DELTA, recordCount - 1);
    batch.putLong(BatchHeader.BASE_TIMESTAMP, baseTimestampMs);
    batch.putLong(BatchHeader.MAX_TIMESTAMP, maxTimestampMs);
    batch.putInt(BatchHeader.RECORD_COUNT, recordCount);
    BatchHeader.setProducer(batch, 0, producerId, producerEpoch, baseSequence);
  }

  private static int fieldSize(@Nullable ByteBuffer field) {
    if (field == null) {
      return 1;
    }
    int size = field.remaining();
    return Math.addExact(Varints.sizeOf(size), size);
  }

  private static int headersSize(List<RecordHeader> headers) {
    int size = Varints.sizeOf(headers.size());
    for (RecordHeader header : headers) {
      int keySize = header.key().getBytes(StandardCharsets.UTF_8).length;
      size = Math.addExact(size, Varints.sizeOf(keySize) + keySize);
      size = Math.addExact(size, fieldSize(header.value()));
    }
    return size;
  }

  private int writeField(int from, @Nullable ByteBuffer field) {
    if (field == null) {
      return Varints.write(bytes, from, -1);
    }
    int size = field.remaining();
    int next = Varints.write(bytes, from, size);
    field.get(field.position(), bytes, next, size);
    return next + size;
  }

  private int writeHeaders(int from, List<RecordHeader> headers) {
    int next = Varints.write(bytes, from, headers.size());
    for (RecordHeader header : headers) {
      next = writeField(next, ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8)));
      next = writeField(next, header.value());
    }
    return next;
  }

  private void reserve(int count) {
    int needed = Math.addExact(at, count);
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, MAX_ARRAY_BYTES);
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
    }
  }

  private void compressPiece(OutputStream into) {
    try {
      into.write(bytes, 0, at);
    } catch (IOException e) {
      throw new UncheckedIOException("the codec writes to memory only", e);
    }
    codecBytes += at;
    heldBackBytes += at;
    if (output != null && output.position() > lastOutputPosition) {
      // It wrote a block: what it holds back now is at most the piece just given.
      lastOutputPosition = output.position();
      heldBackBytes = at;
    }
    at = 0;
  }

  private void requireOpen() {
    if (finished) {
      throw new IllegalStateException("this batch is built or closed");
    }
  }

  /** Gives the compressor's memory back; nothing happens after {@link #build()}. */
  @Override
  public void close() {
    if (finished) {
      return;
    }
    finished = true;
    if (codec != null) {
      try {
        codec.close();
      } catch (IOException e) {
        throw new UncheckedIOException("the codec writes to memory only", e);
      }
    }
  }
}
