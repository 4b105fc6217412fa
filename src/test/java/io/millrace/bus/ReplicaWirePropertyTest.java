package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordSlice;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Fetches of followers and their answers, whatever is in them. */
class ReplicaWirePropertyTest {
  private static final long NOW = 9_000_000_000L;
  private static final long MS = 1_000_000L;
  private static final Address<LoopMail> LOOP =
      new Address<>("node.3.loop.1.mail", Scope.CLUSTER, LoopMail.class);

  private final BusCodec codec =
      new BusCodec(
          new TimeSource() {
            @Override
            public long wallClockMs() {
              return 0;
            }

            @Override
            public long monotonicNanos() {
              return NOW;
            }
          });

  @Property(tries = 500)
  void shouldReadEveryRequestThatItWrites(@ForAll long seed) {
    // given
    ReplicaFetchRequest request = request(new Random(seed));

    // when // then
    assertThat(codec.decodeFromWire(0, encoded(request))).isEqualTo(request);
  }

  @Property(tries = 500)
  void shouldReadEveryReplyThatItWritesAndReleaseItsSlicesOnce(@ForAll long seed)
      throws IOException {
    // given
    ReplicaFetchReply reply = reply(new Random(seed));
    List<ByteBuffer> sent = bytes(reply);

    // when
    LoopMail mail = (LoopMail) codec.decodeFromWire(0, encoded(new LoopMail(List.of(reply))));

    // then
    ReplicaFetchReply read = (ReplicaFetchReply) mail.replies().get(0);
    assertThat(bytes(read)).isEqualTo(sent);
    assertThat(withoutSlices(read)).isEqualTo(withoutSlices(reply));
    for (ReplicaFetchReply.Result result : reply.results()) {
      result.slice().ifPresent(slice -> assertThat(((BufferSlice) slice).references()).isZero());
    }
    read.discard();
  }

  @Property(tries = 2_000)
  void shouldSurviveChangedBytes(
      @ForAll long seed,
      @ForAll boolean asks,
      @ForAll @Size(min = 1, max = 4) int[] positions,
      @ForAll @IntRange(min = -128, max = 127) int value) {
    // given
    Random random = new Random(seed);
    Buffer buffer = encoded(asks ? request(random) : reply(random));

    // when // then
    for (int position : positions) {
      buffer.setByte(Math.floorMod(position, buffer.length()), (byte) value);
    }
    try {
      codec.decodeFromWire(0, buffer);
    } catch (StreamException e) {
      assertThat(e.code()).isIn(ErrorCode.INVALID_REQUEST, ErrorCode.CORRUPT_MESSAGE);
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  private static ReplicaFetchRequest request(Random random) {
    List<ReplicaFetchRequest.Entry> entries = new ArrayList<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      long fetchOffset = random.nextLong() >>> 1 + random.nextInt(62);
      entries.add(
          new ReplicaFetchRequest.Entry(
              partition(random),
              random.nextInt(Integer.MAX_VALUE),
              fetchOffset,
              fetchOffset >> random.nextInt(3),
              random.nextInt(10) - 1,
              random.nextLong()));
    }
    return new ReplicaFetchRequest(
        random.nextLong(),
        LOOP,
        new NodeId(random.nextInt(Integer.MAX_VALUE)),
        random.nextLong(),
        random.nextLong(),
        random.nextInt(),
        NOW + random.nextInt(1_000) * MS,
        NOW + random.nextInt(60_000) * MS,
        entries);
  }

  private static ReplicaFetchReply reply(Random random) {
    List<ReplicaFetchReply.Result> results = new ArrayList<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      results.add(
          new ReplicaFetchReply.Result(
              partition(random),
              ErrorCode.of(random.nextInt(ErrorCode.values().length)),
              random.nextBoolean() ? "" : "größer als \"7\"\n",
              random.nextInt(),
              random.nextLong(),
              random.nextLong(),
              random.nextLong(),
              random.nextInt(),
              random.nextLong(),
              random.nextBoolean() ? Optional.of(slice(random)) : Optional.empty()));
    }
    return new ReplicaFetchReply(random.nextLong(), random.nextInt(1_000), results);
  }

  private static PartitionId partition(Random random) {
    return new PartitionId(
        new TopicId(random.nextLong(), random.nextLong()), random.nextInt(Integer.MAX_VALUE));
  }

  /** Of one or two batches; some are longer than the codec's pieces. */
  private static RecordSlice slice(Random random) {
    ByteBuffer batches = ByteBuffer.allocate(512 * 1024);
    for (int left = 1 + random.nextInt(2); left > 0; left--) {
      RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
      byte[] value = new byte[random.nextInt(10) == 0 ? 150_000 : random.nextInt(200)];
      random.nextBytes(value);
      builder.append(1, (byte[]) null, value, List.of());
      batches.put(builder.build());
    }
    return BufferSlice.of(batches.flip());
  }

  private static List<ByteBuffer> bytes(ReplicaFetchReply reply) throws IOException {
    List<ByteBuffer> all = new ArrayList<>();
    for (ReplicaFetchReply.Result result : reply.results()) {
      RecordSlice slice = result.slice().orElse(null);
      ByteBuffer bytes = ByteBuffer.allocate(slice == null ? 0 : slice.sizeBytes());
      if (slice != null) {
        slice.read(bytes, 0);
      }
      all.add(bytes.flip());
    }
    return all;
  }

  private static ReplicaFetchReply withoutSlices(ReplicaFetchReply reply) {
    return new ReplicaFetchReply(
        reply.correlationId(),
        reply.heldMs(),
        reply.results().stream()
            .map(
                r ->
                    new ReplicaFetchReply.Result(
                        r.partition(),
                        r.error(),
                        r.reason(),
                        r.leaderEpoch(),
                        r.fetchOffset(),
                        r.highWatermark(),
                        r.logStartOffset(),
                        r.divergingEpoch(),
                        r.divergingEndOffset(),
                        Optional.empty()))
            .toList());
  }

  private Buffer encoded(BusMessage message) {
    Buffer buffer = Buffer.buffer();
    codec.encodeToWire(buffer, message);
    return buffer;
  }
}
