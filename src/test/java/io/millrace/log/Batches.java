package io.millrace.log;

import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.LogRecord;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordReader;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Batches to append and what came of them. */
public final class Batches {
  private static final long BUDGET_BYTES = 64 << 20;

  private Batches() {}

  /** One uncompressed batch of these values, all at one time. */
  public static ByteBuffer of(long timestampMs, String... values) {
    return idempotent(timestampMs, -1, (short) -1, -1, values);
  }

  public static ByteBuffer idempotent(
      long timestampMs, long producerId, short epoch, int sequence, String... values) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 128);
    builder.producer(producerId, epoch, sequence);
    for (String value : values) {
      builder.append(timestampMs, null, value.getBytes(StandardCharsets.UTF_8), List.of());
    }
    return builder.build();
  }

  /** One batch of records with nothing but a size. */
  public static ByteBuffer sized(long timestampMs, int records, int valueBytes) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 128);
    for (int i = 0; i < records; i++) {
      builder.append(timestampMs, null, new byte[valueBytes], List.of());
    }
    return builder.build();
  }

  /** The bytes of a slice, which is released. */
  public static ByteBuffer bytesOf(RecordSlice slice) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
      while (bytes.hasRemaining()) {
        if (slice.read(bytes, bytes.position()) == 0) {
          throw new AssertionError("a slice ended before its size");
        }
      }
      return bytes.flip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      slice.release();
    }
  }

  /** All records of these batches; fails on any that is not whole. */
  public static List<LogRecord> recordsIn(ByteBuffer batches) {
    List<LogRecord> records = new ArrayList<>();
    int at = batches.position();
    while (at < batches.limit()) {
      BatchHeader.requireValid(batches, at);
      try (RecordReader reader = RecordReader.of(batches, at, BUDGET_BYTES)) {
        while (reader.advance()) {
          records.add(reader.record());
        }
      }
      at += BatchHeader.sizeBytes(batches, at);
    }
    return records;
  }

  /** Reads until one of the final outcomes, running cold tasks here. */
  public static ReadOutcome read(PartitionLog log, long offset, int maxBytes, long limit) {
    ReadOutcome outcome = log.read(offset, maxBytes, limit);
    return outcome instanceof ReadOutcome.Cold cold ? run(cold.task()) : outcome;
  }

  /** The values from an offset to the end of the log. */
  public static List<String> valuesFrom(PartitionLog log, long offset) {
    List<String> values = new ArrayList<>();
    long next = offset;
    while (next < log.endOffset()) {
      if (!(read(log, next, 1 << 20, Long.MAX_VALUE) instanceof ReadOutcome.Batches batches)) {
        throw new AssertionError("nothing at offset " + next + " of " + log.endOffset());
      }
      next = batches.slice().nextOffset();
      for (LogRecord found : recordsIn(bytesOf(batches.slice()))) {
        if (found.offset() >= offset) {
          values.add(StandardCharsets.UTF_8.decode(found.value()).toString());
        }
      }
    }
    return values;
  }

  public static <T> T run(LogTask<T> task) {
    try {
      return task.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes all that is in the log durable. */
  public static void flush(PartitionLog log) {
    log.flushed(run(log.beginFlush()));
  }
}
