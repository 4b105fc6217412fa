package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bus.message.ReplicaFetch;
import io.millrace.bus.message.ReplicaFetchEntry;
import io.millrace.bus.message.ReplicaFetched;
import io.millrace.bus.message.ReplicaFetchedResult;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicaWireTest {
  private static final long NOW = 5_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final TimeSource STANDING =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return NOW;
        }
      };
  private static final Address<LoopMail> LOOP =
      new Address<>("node.3.loop.1.mail", Scope.CLUSTER, LoopMail.class);
  private static final PartitionId PARTITION = new PartitionId(new TopicId(-7, 9), 4);

  private final BusCodec codec = new BusCodec(STANDING);

  static Stream<BusMessage> messagesWithoutRecords() {
    return Stream.of(
        request(new ReplicaFetchRequest.Entry(PARTITION, 3, 1L << 40, 17, -1, 12)),
        request(),
        new ReplicaFetchReply(6, 250, List.of()),
        new ReplicaFetchReply(
            7,
            0,
            List.of(
                new ReplicaFetchReply.Result(
                    PARTITION,
                    ErrorCode.NONE,
                    "",
                    3,
                    1L << 40,
                    9,
                    2,
                    1,
                    1L << 39,
                    Optional.empty()),
                ReplicaFetchReply.Result.failed(
                    PARTITION, ErrorCode.FENCED_LEADER_EPOCH, "3 is over, 4 is now", 12))),
        new LoopMail(List.of(new ReplicaFetchReply(8, 0, List.of()), new ShardReply.Woken(9))));
  }

  private static ReplicaFetchRequest request(ReplicaFetchRequest.Entry... entries) {
    return new ReplicaFetchRequest(
        5,
        LOOP,
        new NodeId(3),
        1L << 33,
        77,
        131_072,
        NOW + SECOND / 2,
        NOW + 2 * SECOND,
        List.of(entries));
  }

  @ParameterizedTest
  @MethodSource("messagesWithoutRecords")
  void shouldReadWhatItWrites(BusMessage message) {
    // when // then
    assertThat(codec.decodeFromWire(0, encoded(message))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messagesWithoutRecords")
  void shouldRefuseEveryMessageThatIsCutOffOrTooLong(BusMessage message) {
    // given
    Buffer whole = encoded(message);

    // when // then
    for (int length = 0; length < whole.length(); length++) {
      Buffer cut = whole.getBuffer(0, length);
      assertThatThrownBy(() -> codec.decodeFromWire(0, cut))
          .as("cut at %s", length)
          .isInstanceOf(StreamException.class);
    }
    assertThatThrownBy(() -> codec.decodeFromWire(0, whole.copy().appendByte((byte) 0)))
        .isInstanceOf(StreamException.class);
  }

  @Test
  void shouldCarryTheTimeThatIsLeftAndNotADeadline() {
    // given
    Buffer sent = encoded(request());
    BusCodec later = new BusCodec(laterBy(60 * SECOND));

    // when
    ReplicaFetchRequest read = (ReplicaFetchRequest) later.decodeFromWire(0, sent);

    // then
    assertThat(read.waitUntilNanos()).isEqualTo(NOW + 60 * SECOND + SECOND / 2);
    assertThat(read.deadlineNanos()).isEqualTo(NOW + 62 * SECOND);
  }

  @Test
  void shouldCarryBatchesRawInTheirOrderAndReleaseEachOnce() throws Exception {
    // given
    BufferSlice first = BufferSlice.of(batch("one"));
    BufferSlice second = BufferSlice.of(batch("another"));
    ReplicaFetchReply reply =
        new ReplicaFetchReply(1, 0, List.of(result(first), result(null), result(second)));

    // when
    ReplicaFetchReply read = (ReplicaFetchReply) codec.decodeFromWire(0, encoded(reply));

    // then
    assertThat(first.references()).isZero();
    assertThat(second.references()).isZero();
    assertThat(read.results().get(1).slice()).isEmpty();
    assertThat(bytes(read.results().get(0))).isEqualTo(batch("one"));
    assertThat(bytes(read.results().get(2))).isEqualTo(batch("another"));
    assertThat(read.recordBytes()).isEqualTo(reply.recordBytes());
    read.discard();
  }

  @Test
  void shouldReleaseEverySliceOnceWhenOneCannotBeRead() {
    // given
    BufferSlice before = BufferSlice.of(batch("one"));
    HeldSlice unreadable = new HeldSlice(100);
    BufferSlice behind = BufferSlice.of(batch("another"));
    ReplicaFetchReply reply =
        new ReplicaFetchReply(1, 0, List.of(result(before), result(unreadable), result(behind)));
    LoopMail mail = new LoopMail(List.of(new ShardReply.Woken(1), reply, new ShardReply.Woken(2)));

    // when
    BusMessage read = codec.decodeFromWire(0, encoded(mail));

    // then
    assertThat(read)
        .isEqualTo(new LoopMail(List.of(new ShardReply.Woken(1), new ShardReply.Woken(2))));
    assertThat(before.references()).isZero();
    assertThat(unreadable.references()).isZero();
    assertThat(behind.references()).isZero();
  }

  @Test
  void shouldNotReleaseWhatItReads() {
    // given
    Buffer sent = encoded(new ReplicaFetchReply(1, 0, List.of(result(slice("one")))));

    // when
    ReplicaFetchReply read = (ReplicaFetchReply) codec.decodeFromWire(0, sent);
    BufferSlice received = (BufferSlice) read.results().get(0).slice().orElseThrow();

    // then
    assertThat(received.references()).isEqualTo(1);
    read.discard();
    assertThat(received.references()).isZero();
  }

  @Test
  void shouldRefuseBytesThatAreNoWholeBatches() {
    // given
    Buffer sent = encoded(new ReplicaFetchReply(1, 0, List.of(result(slice("one")))));
    // The length within the first batch, behind its base offset.
    int lengthAt = sent.length() - batch("one").remaining() + Long.BYTES;
    sent.setInt(lengthAt, sent.getInt(lengthAt) + 1);

    // when // then
    assertThatThrownBy(() -> codec.decodeFromWire(0, sent)).isInstanceOf(StreamException.class);
  }

  static Stream<ReplicaFetchEntry> impossibleEntries() {
    return Stream.of(
        new ReplicaFetchEntry(1L, 2L, -1, 0, 0L, 0L, -1, 0L),
        new ReplicaFetchEntry(1L, 2L, 0, -1, 0L, 0L, -1, 0L),
        new ReplicaFetchEntry(1L, 2L, 0, 0, 5L, 6L, -1, 0L),
        new ReplicaFetchEntry(1L, 2L, 0, 0, 5L, -1L, -1, 0L));
  }

  @ParameterizedTest
  @MethodSource("impossibleEntries")
  void shouldRefuseARequestThatNoFollowerMakes(ReplicaFetchEntry entry) {
    // given
    Buffer sent = framed(fetch(3, entry));

    // when // then
    assertThatThrownBy(() -> codec.decodeFromWire(0, sent))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("malformed");
  }

  @Test
  void shouldRefuseARequestOfNobody() {
    // given
    Buffer sent = framed(fetch(-1));

    // when // then
    assertThatThrownBy(() -> codec.decodeFromWire(0, sent)).isInstanceOf(StreamException.class);
  }

  @Test
  void shouldRefuseASizeThatTheFrameDoesNotHold() {
    // given
    ReplicaFetchedResult result =
        new ReplicaFetchedResult(1L, 2L, 0, 0, "", 3, 0L, 0L, 0L, -1, -1L, Integer.MAX_VALUE);
    Buffer sent = Buffer.buffer();
    BusCodec.appendHeader(
        sent,
        WireKind.REPLICA_FETCHED,
        Envelope.encode(new ReplicaFetched(1L, 0, List.of(result))));

    // when // then
    assertThatThrownBy(() -> codec.decodeFromWire(0, sent))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("2147483647");
  }

  private static ReplicaFetch fetch(int replica, ReplicaFetchEntry... entries) {
    return new ReplicaFetch(1L, LOOP.value(), replica, 1L, 1L, 1, 0, 1_000, List.of(entries));
  }

  private static Buffer framed(ReplicaFetch fetch) {
    Buffer buffer = Buffer.buffer();
    BusCodec.appendHeader(buffer, WireKind.REPLICA_FETCH, Envelope.encode(fetch));
    return buffer;
  }

  private Buffer encoded(BusMessage message) {
    Buffer buffer = Buffer.buffer();
    codec.encodeToWire(buffer, message);
    return buffer;
  }

  private static TimeSource laterBy(long nanos) {
    return new TimeSource() {
      @Override
      public long wallClockMs() {
        return 0;
      }

      @Override
      public long monotonicNanos() {
        return NOW + nanos;
      }
    };
  }

  private static ReplicaFetchReply.Result result(RecordSlice slice) {
    return new ReplicaFetchReply.Result(
        PARTITION,
        ErrorCode.NONE,
        "",
        3,
        0,
        9,
        0,
        -1,
        ReplicaFetchReply.NOT_DIVERGING,
        Optional.ofNullable(slice));
  }

  private static BufferSlice slice(String value) {
    return BufferSlice.of(batch(value));
  }

  private static ByteBuffer bytes(ReplicaFetchReply.Result result) throws Exception {
    RecordSlice slice = result.slice().orElseThrow();
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    slice.read(bytes, 0);
    return bytes.flip();
  }

  private static ByteBuffer batch(String value) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    builder.append(1, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
    return builder.build();
  }
}
