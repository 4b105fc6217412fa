package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.DeleteGroup;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.GroupDeleted;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.GroupMember;
import io.millrace.protocol.stream.message.GroupsListed;
import io.millrace.protocol.stream.message.ListGroups;
import io.millrace.protocol.stream.message.ListOffsets;
import io.millrace.protocol.stream.message.ListedGroup;
import io.millrace.protocol.stream.message.ListedOffset;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.millrace.protocol.stream.message.OffsetsListed;
import io.millrace.protocol.stream.message.OffsetsReset;
import io.millrace.protocol.stream.message.ResetOffsets;
import io.millrace.protocol.stream.message.StreamPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** What the admin client makes of the broker's answers about groups. */
class AdminGroupsTest {
  private static final TopicPartition FIRST = ConsumerPositions.keyOf("flights", 0);
  private static final TopicPartition SECOND = ConsumerPositions.keyOf("flights", 1);
  private static final TopicPartition THIRD = ConsumerPositions.keyOf("flights", 2);

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ScriptedBroker broker = new ScriptedBroker(loop, AdminGroupsTest::answer);
  private final Admin admin = new Admin(ClientSettings.of(Map.of()), loop, broker, new Random(3));

  private static List<? extends SpecificRecord> answer(SpecificRecord message) {
    if (message instanceof ListGroups list) {
      return List.of(
          new GroupsListed(
              list.getRequestId(),
              List.of(new ListedGroup("delays", "consumer", "Stable", "consumer"))));
    }
    if (message instanceof DescribeGroup describe) {
      return List.of(
          describe.getGroup().equals("delays")
              ? described(describe.getRequestId())
              : ModelBroker.error(
                  describe.getRequestId(), new StreamException(ErrorCode.GROUP_ID_NOT_FOUND)));
    }
    if (message instanceof FetchOffsets fetch) {
      return List.of(
          new OffsetsFetched(
              fetch.getRequestId(), fetch.getGroup(), List.of(position(0, 40), position(1, 70))));
    }
    if (message instanceof ListOffsets list) {
      return List.of(
          new OffsetsListed(
              list.getRequestId(),
              list.getPartitions().stream()
                  .map(
                      each ->
                          new ListedOffset(
                              each.getTopic(),
                              each.getPartition(),
                              100L,
                              -1L,
                              each.getPartition() == 1 ? 18 : 0))
                  .toList()));
    }
    if (message instanceof ResetOffsets reset) {
      return List.of(
          new OffsetsReset(
              reset.getRequestId(),
              reset.getGroup(),
              reset.getOffsets().stream().map(AdminGroupsTest::resetTo).toList()));
    }
    DeleteGroup delete = (DeleteGroup) message;
    return List.of(new GroupDeleted(delete.getRequestId(), delete.getGroup()));
  }

  private static GroupDescribed described(long requestId) {
    GroupMember member =
        new GroupMember(
            "m-1",
            null,
            "dashboard",
            "127.0.0.1",
            "consumer",
            4,
            List.of("flights"),
            "",
            List.of(new StreamPartition("flights", 0)),
            List.of(new StreamPartition("flights", 0), new StreamPartition("flights", 1)));
    return new GroupDescribed(
        requestId,
        "delays",
        "consumer",
        "Reconciling",
        5,
        5,
        "consumer",
        "uniform",
        "member m-2 left",
        List.of(member));
  }

  private static CommittedPosition position(int partition, long offset) {
    return new CommittedPosition("flights", partition, offset, 0, "", 0, "");
  }

  /** Partition 2 is refused. */
  private static CommittedPosition resetTo(CommitPosition wanted) {
    boolean refused = wanted.getPartition() == 2;
    return new CommittedPosition(
        wanted.getTopic(),
        wanted.getPartition(),
        wanted.getOffset(),
        -1,
        "",
        refused ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.id() : 0,
        refused ? "there is no partition 2" : "");
  }

  private <T> Future<T> settled(Future<T> future) {
    assertThat(loop.runUntil(future::isComplete, 60_000)).isTrue();
    return future;
  }

  @Test
  void shouldListGroups() {
    // when
    List<GroupListing> listed =
        settled(admin.listGroups(List.of("Stable"), List.of("consumer"))).result();

    // then
    assertThat(listed)
        .containsExactly(new GroupListing("delays", "consumer", "Stable", "consumer"));
    assertThat(broker.received(ListGroups.class).get(0).getStates()).containsExactly("Stable");
    assertThat(broker.received(ListGroups.class).get(0).getTypes()).containsExactly("consumer");
  }

  @Test
  void shouldDescribeAGroupWithItsMembers() {
    // when
    GroupDetails group = settled(admin.describeGroup("delays")).result();

    // then
    assertThat(group.state()).isEqualTo("Reconciling");
    assertThat(group.rebalanceCause()).isEqualTo("member m-2 left");
    assertThat(group.members())
        .containsExactly(
            new GroupDetails.Member(
                "m-1",
                null,
                "dashboard",
                "127.0.0.1",
                "consumer",
                4,
                List.of(FIRST),
                List.of(FIRST, SECOND)));
  }

  @Test
  void shouldSayThatThereIsNoSuchGroup() {
    // when
    Throwable failure = settled(admin.describeGroup("nobody")).cause();

    // then
    assertThat(((StreamException) failure).code()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  @Test
  void shouldTellPositionsEndsAndLagEvenWhereOneIsNotKnown() {
    // when
    List<GroupOffset> offsets = settled(admin.groupOffsets("delays", List.of(THIRD))).result();

    // then
    assertThat(offsets).extracting(GroupOffset::partition).containsExactly(FIRST, SECOND, THIRD);
    assertThat(offsets)
        .extracting(each -> each.committed().offset())
        .containsExactly(40L, 70L, -1L);
    assertThat(offsets).extracting(GroupOffset::endOffset).containsExactly(100L, -1L, 100L);
    assertThat(offsets).extracting(GroupOffset::lag).containsExactly(60L, -1L, -1L);
  }

  @Test
  void shouldFailAResetWithTheErrorOfThePositionThatWasRefused() {
    // when
    Future<Void> kept = settled(admin.resetOffsets("delays", Map.of(FIRST, 7L)));
    Throwable refused = settled(admin.resetOffsets("delays", Map.of(THIRD, 8L))).cause();

    // then
    assertThat(kept.succeeded()).isTrue();
    assertThat(broker.received(ResetOffsets.class).get(0).getOffsets())
        .containsExactly(new CommitPosition("flights", 0, 7L, -1, ""));
    assertThat(((StreamException) refused).code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(refused).hasMessageContaining("flights-2").hasMessageContaining("no partition 2");
  }

  @Test
  void shouldDeleteAGroup() {
    // when
    Future<Void> deleted = settled(admin.deleteGroup("delays"));

    // then
    assertThat(deleted.succeeded()).isTrue();
    assertThat(broker.received(DeleteGroup.class)).hasSize(1);
  }
}
