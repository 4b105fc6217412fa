package io.millrace.partition;

import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Batches for tests. */
public final class TestBatches {
  private TestBatches() {}

  /** So many records, of now. */
  public static ByteBuffer of(int records) {
    return build(new RecordBatchBuilder(CompressionType.NONE, 256), records);
  }

  /** From an idempotent producer. */
  public static ByteBuffer of(int records, long producerId, int firstSequence) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    return build(builder.producer(producerId, (short) 0, firstSequence), records);
  }

  private static ByteBuffer build(RecordBatchBuilder builder, int records) {
    for (int i = 0; i < records; i++) {
      byte[] value = ("value-" + i).getBytes(StandardCharsets.UTF_8);
      builder.append(1_700_000_000_000L + i, (byte[]) null, value, List.of());
    }
    return builder.build();
  }
}
