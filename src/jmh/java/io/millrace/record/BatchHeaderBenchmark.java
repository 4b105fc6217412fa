package io.millrace.record;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** The header of a batch, as an append and a walk over a log read it: from memory of the socket. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchHeaderBenchmark {
  private static final int RECORDS = 15;
  private static final int RECORD_BYTES = 1024;
  private static final int BATCHES = 64;

  private ByteBuffer batches;

  @Setup
  public void build() {
    ByteBuffer one = batch(RECORDS, RECORD_BYTES);
    batches = ByteBuffer.allocateDirect(BATCHES * one.remaining());
    for (int i = 0; i < BATCHES; i++) {
      batches.put(one.duplicate());
    }
    batches.flip();
  }

  static ByteBuffer batch(int records, int recordBytes) {
    RecordBatchBuilder builder =
        new RecordBatchBuilder(CompressionType.NONE, records * (recordBytes + 16));
    for (int i = 0; i < records; i++) {
      builder.append(1_000L + i, (byte[]) null, new byte[recordBytes], List.of());
    }
    return builder.build();
  }

  /** What an append looks at before it writes, but the CRC; and what it sets. */
  @Benchmark
  public void checkAndPlace(Blackhole sink) {
    BatchHeader.requireWhole(batches, 0);
    sink.consume(BatchHeader.sizeBytes(batches, 0));
    sink.consume(BatchHeader.compressionId(batches, 0));
    sink.consume(BatchHeader.lastOffsetDelta(batches, 0));
    sink.consume(BatchHeader.recordCount(batches, 0));
    sink.consume(BatchHeader.maxTimestampMs(batches, 0));
    sink.consume(BatchHeader.producerId(batches, 0));
    sink.consume(BatchHeader.producerEpoch(batches, 0));
    sink.consume(BatchHeader.lastSequence(batches, 0));
    BatchHeader.setBaseOffset(batches, 0, 42);
    BatchHeader.setLeaderEpoch(batches, 0, 7);
  }

  /** From batch to batch through 64 of them, about 1 MiB. */
  @Benchmark
  public long walk64Batches() {
    long offsets = 0;
    for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
      BatchHeader.requireWhole(batches, at);
      offsets += BatchHeader.nextOffset(batches, at);
    }
    return offsets;
  }
}
