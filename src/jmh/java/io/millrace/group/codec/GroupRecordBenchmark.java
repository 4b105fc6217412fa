package io.millrace.group.codec;

import io.millrace.group.CommittedPosition;
import io.millrace.group.GroupRecord;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A commit of a group as a record: written once, read by whoever loads the coordinator. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GroupRecordBenchmark {
  private final GroupRecordCodec codec = new GroupRecordCodec();
  private final GroupRecord commit =
      new GroupRecord.OffsetCommitted(
          "departures",
          new PartitionId(new TopicId(7, 9), 3),
          new CommittedPosition(
              new TopicName("flights"), 123_456_789L, 4, "", 1_700_000_000_000L, 77));
  private final ByteBuffer key = ByteBuffer.wrap(codec.key(commit));
  private final ByteBuffer value = ByteBuffer.wrap(codec.value(commit));

  @Benchmark
  public void encodeCommit(Blackhole sink) {
    sink.consume(codec.key(commit));
    sink.consume(codec.value(commit));
  }

  @Benchmark
  public Optional<GroupRecord> decodeCommit() {
    return codec.decode(key, value);
  }
}
