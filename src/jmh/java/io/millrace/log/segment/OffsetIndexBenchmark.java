package io.millrace.log.segment;

import io.millrace.log.NioDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Where to begin to read: the search in a segment's index, a file that is in the page cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OffsetIndexBenchmark {
  private static final int OFFSETS_AN_ENTRY = 4;
  private static final int BYTES_AN_ENTRY = 4096;

  /** A segment of 1 GiB has 262,144 at the default of one each 4 KiB. */
  @Param({"1000", "262144"})
  public int entries;

  private final SplittableRandom random = new SplittableRandom(7);
  private final NioDisk disk = new NioDisk();
  private Path folder;
  private OffsetIndex index;

  @Setup
  public void write() throws IOException {
    folder = Files.createTempDirectory("index");
    index = new OffsetIndex(disk, folder.resolve("0.index"), 0);
    for (int i = 1; i <= entries; i++) {
      index.append((long) i * OFFSETS_AN_ENTRY, i * BYTES_AN_ENTRY);
    }
    index.file().writePending();
  }

  @TearDown
  public void delete() throws IOException {
    disk.delete(folder);
  }

  @Benchmark
  public Optional<BatchPlace> lookUp() throws IOException {
    return index.floorOffset(random.nextInt(entries * OFFSETS_AN_ENTRY));
  }
}
