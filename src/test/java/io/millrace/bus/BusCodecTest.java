package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.model.LogDescription.ActiveProducer;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BusCodecTest {
  private static final long NOW = 5_000_000_000L;
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
      new Address<>("loop.3.mail", Scope.CLUSTER, LoopMail.class);
  private static final PartitionId PARTITION = new PartitionId(new TopicId(-7, 9), 4);
  private static final long IN_TWO_SECONDS = NOW + 2_000_000_000L;

  private final BusCodec codec = new BusCodec(STANDING);

  static Stream<BusMessage> messagesWithoutRecords() {
    return Stream.concat(messagesOfShards(), messagesOfTheCluster());
  }

  private static Stream<BusMessage> messagesOfTheCluster() {
    return Stream.of(
        new HelloRequest(15, LOOP),
        new HelloReply(
            16,
            Optional.empty(),
            Optional.empty(),
            "dir",
            Optional.empty(),
            Set.of(),
            "",
            List.of()),
        new HelloReply(
            17,
            Optional.of("cluster"),
            Optional.of(new NodeId(3)),
            "dir",
            Optional.of(new NodeId(0)),
            Set.of(new NodeId(0), new NodeId(3)),
            "0@founder",
            List.of(new HelloReply.Broker(new NodeId(0), "founder", 12, "localhost", 7801))),
        new RaftMail("3@dir", ByteBuffer.wrap(new byte[] {9, 8, 7})),
        new RaftMail("3@dir", ByteBuffer.allocate(0)),
        new MetadataFetchRequest(18, LOOP, ByteBuffer.wrap(new byte[] {1, 2, 3})),
        new MetadataFetchReply(19, ErrorCode.NONE, ByteBuffer.wrap(new byte[] {1, 2, 3}, 1, 2)),
        new LoopMail(
            List.of(
                new MetadataFetchReply(20, ErrorCode.LEADER_NOT_AVAILABLE, ByteBuffer.allocate(0)),
                new MetadataFetchReply(21, ErrorCode.NONE, ByteBuffer.wrap(new byte[] {4})))));
  }

  private static Stream<BusMessage> messagesOfShards() {
    return Stream.of(
        new ShardRequest.Read(
            1,
            LOOP,
            List.of(new FetchRequest.Entry(PARTITION, 1L << 40, 6, 1_000)),
            50_000,
            new ShardRequest.WaitFor(10, 5, true, IN_TWO_SECONDS),
            77,
            IN_TWO_SECONDS),
        new ShardRequest.Read(
            1, LOOP, List.of(), 1, ShardRequest.WaitFor.NOTHING, 77, IN_TWO_SECONDS),
        new ShardRequest.Forget(2, LOOP, 0, IN_TWO_SECONDS),
        new ShardRequest.FindOffsets(
            3,
            LOOP,
            List.of(new OffsetsRequest.Entry(PARTITION, OffsetsRequest.END_OF_EPOCH, 7)),
            1,
            IN_TWO_SECONDS),
        new ShardRequest.DeleteRecords(4, LOOP, PARTITION, 12, 1, IN_TWO_SECONDS),
        new ShardRequest.DescribeLogs(11, LOOP, List.of(PARTITION), 1, IN_TWO_SECONDS),
        new ShardReply.LogsDescribed(
            12,
            List.of(
                new LogsReply.Result(
                    ErrorCode.NONE,
                    "",
                    new LogDescription(
                        1L << 41, 3, 9, 4, List.of(new ActiveProducer(5, (short) 2, 17, NOW)))),
                LogsReply.Result.failed(ErrorCode.STORAGE_ERROR, "offline"))),
        new ShardReply.Appended(
            5,
            List.of(
                new ProduceReply.Result(ErrorCode.NONE, "", 1, 2, 3, 4),
                ProduceReply.Result.failed(ErrorCode.DISK_FULL, "no space, größer"))),
        new ShardReply.Woken(6),
        new ShardReply.OffsetsFound(
            7, List.of(new OffsetsReply.Result(ErrorCode.NONE, "", 1, 2, 3, 4, 5))),
        new ShardReply.RecordsDeleted(8, ErrorCode.OFFSET_OUT_OF_RANGE, "too high", -1),
        new LoopMail(
            List.of(
                new ShardReply.Woken(9),
                new ShardReply.ReadDone(
                    10,
                    List.of(new FetchReply.Result(ErrorCode.NONE, "", Optional.empty(), 1, 0, 3)),
                    true))),
        new LoopMail(List.of()));
  }

  @ParameterizedTest
  @MethodSource("messagesWithoutRecords")
  void shouldReadWhatItWrites(BusMessage message) {
    // when
    BusMessage read = roundTrip(message);

    // then
    assertThat(read).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messagesWithoutRecords")
  void shouldRefuseEveryMessageThatIsCutOff(BusMessage message) {
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
  void shouldHandOverTheSameMessageWithinAProcess() {
    // given
    BusMessage message = new ShardReply.Woken(1);

    // when // then
    assertThat(codec.transform(message)).isSameAs(message);
  }

  @Test
  void shouldCarryBatchesRawAndReleaseThem() {
    // given
    ByteBuffer batch = batch("one");
    ByteBuf sent = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(batch.duplicate());
    ByteBuf givenUp = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(batch.duplicate());
    OwnedBuffer cancelled = new OwnedBuffer(givenUp);
    cancelled.cancel();
    ShardRequest.Append append =
        new ShardRequest.Append(
            1,
            LOOP,
            Acks.ALL,
            List.of(
                new ProduceRequest.Entry(PARTITION, cancelled),
                new ProduceRequest.Entry(
                    PARTITION,
                    new OwnedBuffer(sent),
                    Optional.of(new AppendCondition(3, 1L << 40)))),
            77,
            IN_TWO_SECONDS);

    // when
    ShardRequest.Append read = (ShardRequest.Append) roundTrip(append);

    // then
    assertThat(sent.refCnt()).isZero();
    assertThat(read.acks()).isEqualTo(Acks.ALL);
    assertThat(read.deadlineNanos()).isEqualTo(IN_TWO_SECONDS);
    assertThat(read.entries().get(0).batch().take()).isFalse();
    assertThat(read.entries())
        .extracting(ProduceRequest.Entry::condition)
        .containsExactly(Optional.empty(), Optional.of(new AppendCondition(3, 1L << 40)));
    OwnedBuffer received = read.entries().get(1).batch();
    assertThat(received.take()).isTrue();
    assertThat(received.bytes()).isEqualTo(batch);
    received.bytes().put(0, (byte) 1);
    received.release();
  }

  @Test
  void shouldCarrySlicesRawAndReleaseThem() throws Exception {
    // given
    BufferSlice first = BufferSlice.of(batch("one"));
    BufferSlice second = BufferSlice.of(batch("another"));
    ShardReply.ReadDone done =
        new ShardReply.ReadDone(1, List.of(result(first), result(null), result(second)), false);

    // when
    ShardReply.ReadDone read = (ShardReply.ReadDone) roundTrip(done);

    // then
    assertThat(first.references()).isZero();
    assertThat(second.references()).isZero();
    assertThat(read.results().get(1).slice()).isEmpty();
    assertThat(bytes(read.results().get(0).slice().orElseThrow())).isEqualTo(batch("one"));
    assertThat(bytes(read.results().get(2).slice().orElseThrow())).isEqualTo(batch("another"));
  }

  @Test
  void shouldCarryAMessageOfTheMetadataLogOfAMebibyte() {
    // given
    byte[] bytes = new byte[1024 * 1024];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i ^ (i >> 8));
    }
    RaftMail mail = new RaftMail("3@dir", ByteBuffer.wrap(bytes));

    // when // then
    assertThat(roundTrip(mail)).isEqualTo(mail);
  }

  @Test
  void shouldKeepMessagesOfTheNodeInTheNode() {
    // given
    BusMessage local = new MetadataReply.Done(1);

    // when // then
    assertThatThrownBy(() -> encoded(local))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("within one node");
  }

  @Test
  void shouldLeaveOutAReplyThatCannotBeWritten() {
    // given
    LoopMail mail =
        new LoopMail(
            List.of(new ShardReply.Woken(1), new MetadataReply.Done(2), new ShardReply.Woken(3)));

    // when // then
    assertThat(roundTrip(mail))
        .isEqualTo(new LoopMail(List.of(new ShardReply.Woken(1), new ShardReply.Woken(3))));
  }

  @Test
  void shouldSendNothingOfAMessageThatCannotBeWritten() {
    // given
    Parcel parcel = new Parcel(new MetadataReply.Done(1));

    // when
    Buffer buffer = encoded(parcel);

    // then
    assertThat(parcel.mayHaveLeft()).isFalse();
    assertThatThrownBy(() -> codec.decodeFromWire(0, buffer))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("VOID");
  }

  @Test
  void shouldRefuseACountThatTheBytesCannotHold() {
    // given
    Buffer mail = encoded(new LoopMail(List.of()));
    mail.setInt(6, Integer.MAX_VALUE);

    // when // then
    assertThatThrownBy(() -> codec.decodeFromWire(0, mail))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("2147483647 replies in 0 bytes");
  }

  private BusMessage roundTrip(BusMessage message) {
    // The bus writes its own header in front.
    Buffer buffer = Buffer.buffer("header");
    codec.encodeToWire(buffer, message);
    return codec.decodeFromWire(6, buffer);
  }

  private Buffer encoded(BusMessage message) {
    Buffer buffer = Buffer.buffer();
    codec.encodeToWire(buffer, message);
    return buffer;
  }

  private static FetchReply.Result result(RecordSlice slice) {
    return new FetchReply.Result(ErrorCode.NONE, "", Optional.ofNullable(slice), 10, 0, 3);
  }

  private static ByteBuffer bytes(RecordSlice slice) throws Exception {
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
