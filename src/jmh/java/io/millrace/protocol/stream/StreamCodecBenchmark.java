package io.millrace.protocol.stream;

import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducedRange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Messages of the stream protocol: an acknowledgement, and what each subscriber is written. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamCodecBenchmark {
  @Param({"AVRO", "JSON"})
  public WireFormat format;

  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
  private final Produced message =
      new Produced(123_456L, List.of(new ProducedRange(3, 9_876_543_210L, 15, -1L, List.of())));
  private final ByteBuf target = Unpooled.directBuffer(1024);
  private ByteBuffer frame;

  @Setup
  public void build() {
    codec.encode(format, message, target.clear());
    frame = ByteBuffer.allocate(target.readableBytes());
    target.getBytes(0, frame);
    frame.flip();
  }

  @Benchmark
  public int encodeAcknowledgement() {
    codec.encode(format, message, target.clear());
    return target.readableBytes();
  }

  @Benchmark
  public SpecificRecord decodeAcknowledgement() {
    return codec.decode(format, frame.duplicate());
  }

  /** All that is written anew for each of the subscribers that get the same records. */
  @Benchmark
  public int encodePrefixOfRecords() {
    RecordsEncoder.encodePrefix(format, 17, target.clear());
    return target.readableBytes();
  }
}
