package io.millrace.record;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The CRC-32C of a batch, which every append checks. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CrcBenchmark {
  /** Records of 1 KiB in the batch: one, as many as fit into 16 KiB, and into 128 KiB. */
  @Param({"1", "15", "125"})
  public int records;

  /** Where the bytes are: in an array or, as from a socket, outside the heap. */
  @Param({"false", "true"})
  public boolean direct;

  private ByteBuffer batch;

  @Setup
  public void build() {
    batch = BatchHeaderBenchmark.batch(records, 1024);
    if (direct) {
      batch = ByteBuffer.allocateDirect(batch.remaining()).put(batch).flip();
    }
  }

  @Benchmark
  public boolean check() {
    return BatchHeader.crcMatches(batch, 0);
  }
}
