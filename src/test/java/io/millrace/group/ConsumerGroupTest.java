package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.ConsumerHeartbeatDone;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsumerGroupTest {
  private static final int SESSION_MS = 10_000;

  private final Coordination coordination =
      new Coordination(
          Map.of(
              "group.consumer.session.timeout.ms",
              Integer.toString(SESSION_MS),
              "group.consumer.max.size",
              "3"));
  private final TopicId orders = coordination.createTopic("orders", 4);
  private final ConsumerClient a = client("a");
  private final ConsumerClient b = client("b");

  private ConsumerClient client(String memberId) {
    return new ConsumerClient(coordination, memberId, Optional.empty(), Set.of("orders"));
  }

  private ConsumerClient staticClient(String memberId) {
    return new ConsumerClient(coordination, memberId, Optional.of("instance"), Set.of("orders"));
  }

  private Described describe() {
    return coordination.ask(new GroupRequest.Describe(ConsumerClient.GROUP));
  }

  /** Everybody does what it is told until nobody has to do anything any more. */
  private void settle(ConsumerClient... clients) {
    for (int round = 0; round < 5; round++) {
      for (ConsumerClient client : clients) {
        client.heartbeat();
        client.giveUp();
      }
    }
  }

  @Test
  void shouldGiveTheFirstMemberEverything() {
    // when
    ConsumerHeartbeatDone done = a.heartbeat();

    // then
    assertThat(done.memberEpoch()).isEqualTo(1);
    assertThat(a.owned()).hasSize(4);
    assertThat(describe().state()).isEqualTo(GroupState.STABLE);
    assertThat(describe().type()).isEqualTo(GroupType.CONSUMER);
    assertThat(describe().rebalanceCause()).contains("member a").contains("joined");
  }

  @Test
  void shouldMakeAMemberIdForOneThatHasNone() {
    // given
    ConsumerClient anonymous = client("");

    // when
    ConsumerHeartbeatDone done = anonymous.heartbeat();

    // then
    assertThat(done.memberId()).isNotEmpty();
  }

  @Test
  void shouldRevokeBeforeItAssigns() {
    // given
    a.heartbeat();
    b.heartbeat();
    assertThat(b.owned()).isEmpty();

    // when
    ConsumerHeartbeatDone told = a.heartbeat();
    b.heartbeat();

    // then
    assertThat(AssignedPartitions.of(told.assignment()).size()).isEqualTo(2);
    assertThat(told.memberEpoch()).isEqualTo(1);
    assertThat(b.owned()).isEmpty();
    assertThat(describe().state()).isEqualTo(GroupState.RECONCILING);

    // when
    a.giveUp();
    a.heartbeat();
    b.heartbeat();

    // then
    assertThat(a.epoch()).isEqualTo(2);
    assertThat(b.owned()).hasSize(2).doesNotContainAnyElementsOf(a.owned());
    assertThat(describe().state()).isEqualTo(GroupState.STABLE);
  }

  @Test
  void shouldTellTheAssignmentOnlyWhenItChangedOrWasAskedFor() {
    // given
    a.heartbeat();

    // when
    ConsumerHeartbeatDone quiet = a.heartbeat();
    a.reconnect();
    ConsumerHeartbeatDone full = a.heartbeat();

    // then
    assertThat(quiet.assignment()).isNull();
    assertThat(full.assignment()).isNotNull();
  }

  @Test
  void shouldRemoveWhoDoesNotGiveUpInTime() {
    // given
    a.heartbeat();
    b.heartbeat();
    a.heartbeat();

    // when
    for (int beat = 0; beat < 5; beat++) {
      coordination.advance(ConsumerClient.REBALANCE_TIMEOUT_MS / 4);
      a.heartbeat();
      b.heartbeat();
    }

    // then
    assertThat(describe().rebalanceCause()).contains("joined");
    assertThat(b.owned()).isNotEmpty();
    assertThat(
            coordination.log().stream()
                .filter(GroupRecord.ConsumerGroupEpoch.class::isInstance)
                .map(Object::toString))
        .anyMatch(record -> record.contains("did not give up the partitions"));
  }

  @Test
  void shouldRemoveWhoIsSilentAndGiveItsPartitionsToOthers() {
    // given
    a.heartbeat();
    settle(b, a);

    // when
    coordination.advance(SESSION_MS / 2);
    a.heartbeat();
    coordination.advance(SESSION_MS / 2 + 1);
    a.heartbeat();

    // then
    assertThat(describe().members()).hasSize(1);
    assertThat(a.owned()).hasSize(4);
    assertThat(describe().rebalanceCause()).contains("member b").contains("nothing was heard");
  }

  @Test
  void shouldRemoveSeveralThatAreSilentAtOnce() {
    // given
    settle(a, b, client("c"));

    // when
    coordination.advance(SESSION_MS + 1);

    // then
    assertThat(describe().members()).isEmpty();
    assertThat(describe().state()).isEqualTo(GroupState.EMPTY);
  }

  @Test
  void shouldFreePartitionsOfWhoLeaves() {
    // given
    a.heartbeat();
    settle(b, a);

    // when
    ConsumerHeartbeatDone left = b.leave(-1);
    a.heartbeat();

    // then
    assertThat(left.memberEpoch()).isEqualTo(-1);
    assertThat(a.owned()).hasSize(4);
  }

  @Test
  void shouldAssignPartitionsThatAreAdded() {
    // given
    a.heartbeat();

    // when
    coordination.addPartitions("orders", 6);
    a.heartbeat();

    // then
    assertThat(a.owned()).hasSize(6);
    assertThat(describe().epoch()).isEqualTo(2);
    assertThat(describe().rebalanceCause()).isEqualTo(Causes.topicsChanged());
  }

  @Test
  void shouldNoticeWhatChangedWhileNoCoordinatorWasThere() {
    // given
    a.heartbeat();
    coordination.addPartitions("orders", 6);

    // when
    coordination.reload();
    a.heartbeat();

    // then
    assertThat(a.owned()).hasSize(6);
  }

  @Test
  void shouldTakeBackPartitionsOfADeletedTopicAndGiveThoseOfItsSuccessor() {
    // given
    a.heartbeat();

    // when
    coordination.deleteTopic("orders");
    TopicId again = coordination.createTopic("orders", 1);
    settle(a);

    // then
    assertThat(a.owned()).containsExactly(new PartitionId(again, 0));
  }

  @Test
  void shouldAssignTopicsThatMatchAPattern() {
    // given
    a.subscribe(Set.of());
    a.subscribePattern("ord.*|pay.*");
    a.heartbeat();
    assertThat(a.owned()).hasSize(4);

    // when
    coordination.createTopic("payments", 2);
    coordination.createTopic("unrelated", 2);
    coordination.createTopic("__consumer_offsets", 2);
    a.heartbeat();

    // then
    assertThat(a.owned()).hasSize(6);
  }

  @Test
  void shouldAcceptOneThatMissedTheLastAnswer() {
    // given
    a.heartbeat();
    settle(b, a);
    b.leave();
    a.loseNextReply();
    a.heartbeat();
    int before = a.epoch();

    // when
    ConsumerHeartbeatDone done = a.heartbeat();

    // then
    assertThat(done.error().isError()).isFalse();
    assertThat(a.epoch()).isGreaterThan(before);
    assertThat(a.owned()).hasSize(4);
  }

  @Test
  void shouldFenceOtherEpochs() {
    // given
    a.heartbeat();
    a.setEpoch(9);

    // when
    ConsumerHeartbeatDone done = a.heartbeat();

    // then
    assertThat(done.error().code()).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);
  }

  @Test
  void shouldNotKnowWhoNeverJoined() {
    // given
    a.setEpoch(3);

    // when
    ConsumerHeartbeatDone done = a.heartbeat();

    // then
    assertThat(done.error().code()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void shouldLetAStaticMemberComeBackWithoutARebalance() {
    // given
    ConsumerClient before = staticClient("x");
    settle(a, before);
    Set<PartitionId> owned = Set.copyOf(before.owned());
    int epoch = describe().epoch();
    before.leave(-2);
    ConsumerClient after = staticClient("y");

    // when
    after.heartbeat();

    // then
    assertThat(after.owned()).isEqualTo(owned);
    assertThat(describe().epoch()).isEqualTo(epoch);
    assertThat(before.heartbeat().error().code()).isEqualTo(ErrorCode.UNRELEASED_INSTANCE_ID);
  }

  @Test
  void shouldRemoveAStaticMemberThatDoesNotComeBack() {
    // given
    ConsumerClient leaving = staticClient("x");
    settle(a, leaving);
    leaving.leave(-2);

    // when
    coordination.advance(SESSION_MS / 2);
    a.heartbeat();
    coordination.advance(SESSION_MS / 2 + 1);
    a.heartbeat();

    // then
    assertThat(a.owned()).hasSize(4);
  }

  @Test
  void shouldRefuseAnInstanceIdThatIsInUse() {
    // given
    staticClient("x").heartbeat();

    // when
    ConsumerHeartbeatDone done = staticClient("y").heartbeat();

    // then
    assertThat(done.error().code()).isEqualTo(ErrorCode.UNRELEASED_INSTANCE_ID);
  }

  @Test
  void shouldUseTheAssignorThatMostMembersWant() {
    // given
    a.choose("range");
    b.choose("range");
    ConsumerClient other = client("c");
    other.choose("uniform");

    // when
    settle(a, b, other);

    // then
    assertThat(describe().protocolName()).isEqualTo("range");
  }

  @Test
  void shouldRefuseMoreMembersThanAllowed() {
    // given
    settle(a, b, client("c"));

    // when
    ConsumerHeartbeatDone done = client("d").heartbeat();

    // then
    assertThat(done.error().code()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
  }

  @Test
  void shouldRefuseRequestsThatContradictThemselves() {
    // given
    a.heartbeat();

    // then
    assertThat(codeOf(a.heartbeat(0, -1, List.of(), null, null, List.of())))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(codeOf(a.heartbeat(0, 1, null, null, null, List.of())))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(codeOf(a.heartbeat(0, 1, List.of(), null, null, null)))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(codeOf(a.heartbeat(-3, 1, null, null, null, null)))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(codeOf(a.heartbeat(-2, 1, null, null, null, null)))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(codeOf(a.heartbeat(1, 1, List.of("bad name"), null, null, null)))
        .isEqualTo(ErrorCode.INVALID_TOPIC);
    assertThat(codeOf(a.heartbeat(1, 1, null, "(", null, null)))
        .isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
    assertThat(codeOf(a.heartbeat(1, 1, null, null, "best", null)))
        .isEqualTo(ErrorCode.UNSUPPORTED_ASSIGNOR);
  }

  private ErrorCode codeOf(GroupRequest.ConsumerHeartbeat request) {
    return coordination.ask(request).error().code();
  }

  @Test
  void shouldTakeCommitsOfMembersAtTheirEpochOnly() {
    // given
    a.heartbeat();

    // then
    assertThat(commit("a", 1)).isEqualTo(ErrorCode.NONE);
    assertThat(commit("a", 0)).isEqualTo(ErrorCode.STALE_MEMBER_EPOCH);
    assertThat(commit("z", 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(commit("", -1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  private ErrorCode commit(String memberId, int epoch) {
    var offset =
        new GroupRequest.OffsetCommit(new TopicPartition(new TopicName("orders"), 0), 5, -1, "");
    return coordination
        .ask(
            new GroupRequest.CommitOffsets(
                ConsumerClient.GROUP,
                new GroupRequest.Member(memberId, Optional.empty()),
                epoch,
                List.of(offset)))
        .partitions()
        .get(0)
        .error()
        .code();
  }

  @Test
  void shouldBeTheSameAfterAReload() {
    // given
    a.heartbeat();
    b.heartbeat();
    a.heartbeat();
    Described before = describe();

    // when
    coordination.compactAndReload();

    // then
    assertThat(describe()).isEqualTo(before);
    coordination.advance(SESSION_MS + 1);
    assertThat(describe().members()).isEmpty();
    assertThat(orders).isNotNull();
  }

  @Test
  void shouldForgetADeletedGroup() {
    // given
    a.heartbeat();
    a.leave();

    // when
    var deleted = coordination.ask(new GroupRequest.DeleteGroup(ConsumerClient.GROUP));

    // then
    assertThat(deleted.error().isError()).isFalse();
    assertThat(describe().state()).isEqualTo(GroupState.DEAD);
    coordination.compactAndReload();
    assertThat(describe().state()).isEqualTo(GroupState.DEAD);
    assertThat(coordination.log()).isEmpty();
  }
}
