package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CoordinatorWireTest {
  private static final Address<LoopMail> LOOP =
      new Address<>("node.3.loop.3.mail", Scope.CLUSTER, LoopMail.class);
  private static final GroupRequest.Member MEMBER =
      new GroupRequest.Member("m-1", Optional.of("static"));
  private static final GroupRequest.ClientOrigin ORIGIN =
      new GroupRequest.ClientOrigin("client", "127.0.0.1");
  private static final OpaqueBytes BYTES = OpaqueBytes.of(new byte[] {1, 2, 3});
  private static final TopicPartition PARTITION = new TopicPartition(new TopicName("flights"), 4);
  private static final TopicPartitions OWNED =
      new TopicPartitions(new TopicId(-5, 6), List.of(0, 7));
  private static final GroupError REFUSED = GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
  private static final TimeSource STANDING =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return 1_000_000_000;
        }
      };

  private final BusCodec codec = new BusCodec(STANDING);

  static Stream<GroupRequest<?>> requests() {
    return Stream.of(
        new GroupRequest.Join(
            "g",
            MEMBER,
            ORIGIN,
            1_000,
            2_000,
            "consumer",
            List.of(new GroupRequest.Protocol("range", BYTES)),
            true,
            false,
            "why"),
        new GroupRequest.Sync("g", MEMBER, 3, null, "range", Map.of("m-1", BYTES)),
        new GroupRequest.Sync("g", MEMBER, 3, "consumer", null, Map.of()),
        new GroupRequest.Heartbeat("g", new GroupRequest.Member("", Optional.empty()), 3),
        new GroupRequest.Leave("g", List.of(new GroupRequest.Leaver(MEMBER, "done"))),
        new GroupRequest.ConsumerHeartbeat(
            "g", MEMBER, ORIGIN, 0, null, 5, List.of("a", "b"), null, "uniform", List.of(OWNED)),
        new GroupRequest.ConsumerHeartbeat(
            "g", MEMBER, ORIGIN, -1, "rack", -1, null, "a.*", null, null),
        new GroupRequest.CommitOffsets(
            "g", MEMBER, -1, List.of(new GroupRequest.OffsetCommit(PARTITION, 1L << 50, 2, "x"))),
        new GroupRequest.FetchOffsets("g", null, -1, null, true),
        new GroupRequest.FetchOffsets("g", MEMBER, 4, List.of(PARTITION), false),
        new GroupRequest.DeleteOffsets("g", List.of(PARTITION)),
        new GroupRequest.DeleteGroup("g"),
        new GroupRequest.Describe("g"));
  }

  static Stream<GroupResponse> responses() {
    return Stream.of(
        new GroupResponse.Done(GroupError.NONE),
        new GroupResponse.Joined(
            GroupError.NONE,
            3,
            "consumer",
            "range",
            "m-1",
            true,
            "m-1",
            List.of(new GroupResponse.JoinedMember("m-1", Optional.empty(), BYTES))),
        GroupResponse.Joined.refused(REFUSED, "m-2"),
        new GroupResponse.Synced(GroupError.NONE, "consumer", "range", BYTES),
        GroupResponse.Synced.refused(REFUSED),
        new GroupResponse.Left(
            GroupError.NONE, List.of(new GroupResponse.LeaverResult(MEMBER, REFUSED))),
        new GroupResponse.ConsumerHeartbeatDone(GroupError.NONE, "m", 2, 5_000, List.of(OWNED)),
        GroupResponse.ConsumerHeartbeatDone.refused(REFUSED),
        new GroupResponse.OffsetsCommitted(
            GroupError.NONE, List.of(new GroupResponse.PartitionResult(PARTITION, REFUSED))),
        new GroupResponse.OffsetsFetched(
            GroupError.NONE,
            List.of(new GroupResponse.CommittedOffset(PARTITION, -1, -1, "", GroupError.NONE))),
        new GroupResponse.OffsetsDeleted(GroupError.NONE, List.of()),
        new GroupResponse.Described(
            GroupError.NONE,
            "g",
            GroupType.CONSUMER,
            GroupState.RECONCILING,
            7,
            6,
            "consumer",
            "uniform",
            "a member left",
            List.of(
                new GroupResponse.DescribedMember(
                    MEMBER,
                    ORIGIN,
                    GroupType.CLASSIC,
                    7,
                    Optional.of("rack"),
                    BYTES,
                    OpaqueBytes.EMPTY,
                    List.of("flights"),
                    "",
                    List.of(OWNED),
                    List.of()))));
  }

  private BusMessage roundTrip(BusMessage message) {
    Buffer buffer = Buffer.buffer();
    codec.encodeToWire(buffer, message);
    return codec.decodeFromWire(0, buffer);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void shouldCarryEveryRequest(GroupRequest<?> request) {
    // given
    CoordinatorRequest ask = new CoordinatorRequest.Ask(5, LOOP, 17, request, 3_000_000_000L);

    // when // then
    assertThat(roundTrip(ask)).isEqualTo(ask);
  }

  @ParameterizedTest
  @MethodSource("responses")
  void shouldCarryEveryResponse(GroupResponse response) {
    // given
    LoopMail mail = new LoopMail(List.of(new CoordinatorReply.Answered(5, response)));

    // when // then
    assertThat(roundTrip(mail)).isEqualTo(mail);
  }

  static Stream<BusMessage> others() {
    return Stream.of(
        new CoordinatorRequest.AwaitLoaded(1, LOOP, 4),
        new CoordinatorRequest.Forget(2, LOOP),
        new CoordinatorRequest.ListGroups(
            3, LOOP, Set.of(GroupState.STABLE, GroupState.EMPTY), Set.of(GroupType.CLASSIC)),
        new CoordinatorReply.Loaded(1),
        new CoordinatorReply.Listed(
            3,
            List.of(
                new GroupResponse.Listed("g", "", GroupState.EMPTY, GroupType.CONSUMER),
                new GroupResponse.Listed("h", "connect", GroupState.DEAD, GroupType.CLASSIC))),
        new CoordinatorReply.Failed(4, ErrorCode.NOT_COORDINATOR, "elsewhere"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void shouldCarryTheRest(BusMessage message) {
    // when // then
    assertThat(roundTrip(message)).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void shouldRefuseARequestThatIsCutShort(GroupRequest<?> request) {
    // given
    Buffer whole = Buffer.buffer();
    codec.encodeToWire(whole, new CoordinatorRequest.Ask(5, LOOP, 17, request, 3_000_000_000L));

    // when // then
    for (int end = 0; end < whole.length(); end++) {
      Buffer cut = whole.slice(0, end).copy();
      assertThatThrownBy(() -> codec.decodeFromWire(0, cut)).isInstanceOf(StreamException.class);
    }
  }
}
