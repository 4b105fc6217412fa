package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The Avro envelopes between nodes: a follower's question, and the answer to an append. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnvelopeBenchmark {
  private static final Address<LoopMail> LOOP =
      new Address<>("node.3.loop.1.mail", io.millrace.bus.Scope.CLUSTER, LoopMail.class);

  @Param({"1", "100"})
  public int partitions;

  private final BusCodec codec = new BusCodec(TimeSource.SYSTEM);
  private BusMessage fetch;
  private BusMessage appended;
  private Buffer fetchFrame;
  private Buffer appendedFrame;

  @Setup
  public void build() {
    fetch =
        new ReplicaFetchRequest(
            18,
            LOOP,
            new NodeId(3),
            5,
            77,
            131_072,
            500_000_000L,
            System.nanoTime() + 2_000_000_000L,
            IntStream.range(0, partitions).mapToObj(EnvelopeBenchmark::asked).toList());
    appended =
        new ShardReply.Appended(
            5,
            IntStream.range(0, partitions)
                .mapToObj(i -> new ProduceReply.Result(ErrorCode.NONE, "", i, 2, 3, 4))
                .toList());
    fetchFrame = encoded(fetch);
    appendedFrame = encoded(appended);
  }

  private static ReplicaFetchRequest.Entry asked(int partition) {
    return new ReplicaFetchRequest.Entry(
        new PartitionId(new TopicId(-7, 9), partition), 3, 1_000_000, 999_000, 2, 999_500);
  }

  private Buffer encoded(BusMessage message) {
    Buffer target = Buffer.buffer();
    codec.encodeToWire(target, message);
    return target;
  }

  @Benchmark
  public Buffer encodeFetch() {
    return encoded(fetch);
  }

  @Benchmark
  public BusMessage decodeFetch() {
    return codec.decodeFromWire(0, fetchFrame);
  }

  @Benchmark
  public Buffer encodeAppended() {
    return encoded(appended);
  }

  @Benchmark
  public BusMessage decodeAppended() {
    return codec.decodeFromWire(0, appendedFrame);
  }
}
