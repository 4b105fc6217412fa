package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BrokerRulesTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);

  private final RulesFixture rules = new RulesFixture();

  private void threeInSync() {
    rules.brokers(ONE, TWO, THREE);
    rules.topic(List.of(ONE, TWO, THREE));
  }

  @Test
  void shouldKeepABrokerFencedUntilItSaysThatItFollows() {
    // when
    BrokerImage registered = rules.register(ONE, "disk1", false);

    // then
    assertThat(registered.fenced()).isTrue();
    assertThat(rules.unfence(ONE).fenced()).isFalse();
  }

  @Test
  void shouldHaveAnotherLeadWhatAFormerLifeLed() {
    // given
    threeInSync();

    // when
    rules.register(ONE, "disk1", false);

    // then
    PartitionImage partition = rules.partition();
    assertThat(partition.leader()).contains(TWO);
    assertThat(partition.leaderEpoch()).isEqualTo(1);
    assertThat(partition.inSyncReplicas()).containsExactly(TWO, THREE);
    assertThat(partition.leaderUnclean()).isFalse();
  }

  @Test
  void shouldLeadAgainInALaterEpochWhereNobodyElseCould() {
    // given
    rules.brokers(ONE);
    rules.topic(List.of(ONE));

    // when
    rules.register(ONE, "disk1", false);
    PartitionImage fenced = rules.partition();
    rules.unfence(ONE);

    // then
    assertThat(fenced.leader()).isEmpty();
    assertThat(fenced.inSyncReplicas()).containsExactly(ONE);
    assertThat(rules.partition().leader()).contains(ONE);
    assertThat(rules.partition().leaderEpoch()).isEqualTo(2);
  }

  @Test
  void shouldFenceAndElectInOneProposal() {
    // given
    threeInSync();
    long before = rules.state().lastProposal();

    // when
    rules.fence(ONE, TWO);

    // then
    assertThat(rules.state().lastProposal()).isEqualTo(before + 1);
    assertThat(rules.partition().leader()).contains(THREE);
    assertThat(rules.partition().inSyncReplicas()).containsExactly(THREE);
  }

  @Test
  void shouldKeepAllInSyncWhereNobodyIsLeft() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));

    // when
    rules.fence(ONE, TWO);

    // then
    assertThat(rules.partition().leader()).isEmpty();
    assertThat(rules.partition().inSyncReplicas()).containsExactly(ONE, TWO);
    rules.unfence(TWO);
    assertThat(rules.partition().leader()).contains(TWO);
    assertThat(rules.partition().inSyncReplicas()).containsExactly(TWO);
  }

  @Test
  void shouldWaitForAllThatWereInSyncAfterAPowerCut() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));
    rules.fence(ONE, TWO);

    // when
    rules.register(ONE, "disk1", true);
    rules.unfence(ONE);
    rules.tellPosition(ONE, new ReplicaPosition(0, 10));
    rules.upkeep();

    // then
    assertThat(rules.partition().leader()).isEmpty();
    assertThat(rules.partition().inSyncReplicas()).containsExactly(TWO);
    assertThat(rules.partition().lastKnownInSync()).containsExactly(ONE, TWO);
  }

  @Test
  void shouldElectTheFurthestOnceAllHaveTold() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));
    rules.fence(ONE, TWO);
    rules.register(ONE, "disk1", true);
    rules.unfence(ONE);
    rules.register(TWO, "disk2", true);
    rules.unfence(TWO);
    assertThat(rules.positionsWanted(ONE)).containsExactly(rules.partitionId());

    // when
    rules.tellPosition(ONE, new ReplicaPosition(0, 10));
    rules.upkeep();
    Optional<NodeId> early = rules.partition().leader();
    rules.tellPosition(TWO, new ReplicaPosition(0, 12));
    rules.upkeep();

    // then
    assertThat(early).isEmpty();
    PartitionImage partition = rules.partition();
    assertThat(partition.leader()).contains(TWO);
    assertThat(partition.inSyncReplicas()).containsExactly(TWO);
    assertThat(partition.leaderUnclean()).isTrue();
    assertThat(partition.lastKnownInSync()).isEmpty();
  }

  @Test
  void shouldLeadCleanlyWhenOneComesBackThatLostNothing() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));
    rules.fence(ONE, TWO);
    rules.register(ONE, "disk1", true);
    rules.unfence(ONE);

    // when
    rules.register(TWO, "disk2", false);
    rules.unfence(TWO);

    // then
    assertThat(rules.partition().leader()).contains(TWO);
    assertThat(rules.partition().leaderUnclean()).isFalse();
    assertThat(rules.partition().lastKnownInSync()).isEmpty();
  }

  @Test
  void shouldNotCountAWipedDiskAsBack() {
    // given
    rules.brokers(ONE);
    rules.topic(List.of(ONE));
    rules.fence(ONE);

    // when
    rules.register(ONE, "newDisk", false);
    rules.unfence(ONE);
    rules.upkeep();

    // then
    assertThat(rules.partition().leader()).isEmpty();
    assertThat(rules.partition().lastKnownInSync()).containsExactly(ONE);
    List<PartitionResult> forced = rules.decide(brokers -> brokers.elect(List.of(), true));
    assertThat(forced).extracting(PartitionResult::error).containsExactly(ErrorCode.NONE);
    assertThat(rules.partition().leader()).contains(ONE);
    assertThat(rules.partition().leaderUnclean()).isFalse();
  }

  @Test
  void shouldHaveTheOneLeadWhoHasAllAndWentOutOfSyncWhenTheLastInSyncLostRecords() {
    // given
    threeInSync();
    rules.alter(ONE, 1, rules.change(0, 0, Map.of(ONE, 1L, TWO, 1L)));
    rules.fence(ONE);
    PartitionImage alone = rules.partition();

    // when
    rules.register(TWO, "disk2", true);
    rules.unfence(TWO);
    rules.tellPosition(TWO, new ReplicaPosition(0, 10));
    rules.upkeep();
    PartitionImage lost = rules.partition();
    rules.register(ONE, "disk1", false);
    rules.unfence(ONE);

    // then
    assertThat(alone.inSyncReplicas()).containsExactly(TWO);
    assertThat(alone.eligibleLeaderReplicas()).containsExactly(ONE);
    assertThat(lost.leader()).isEmpty();
    assertThat(lost.inSyncReplicas()).isEmpty();
    assertThat(lost.eligibleLeaderReplicas()).containsExactly(ONE);
    assertThat(lost.lastKnownInSync()).containsExactly(ONE, TWO);
    assertThat(rules.partition().leader()).contains(ONE);
    assertThat(rules.partition().leaderUnclean()).isFalse();
    assertThat(rules.partition().lastKnownInSync()).isEmpty();
    assertThat(rules.partition().eligibleLeaderReplicas()).isEmpty();
  }

  @Test
  void shouldHaveAnEligibleReplicaLeadWhileTheLastInSyncIsAway() {
    // given
    threeInSync();
    rules.fence(ONE, TWO);
    rules.unfence(ONE);

    // when
    rules.fence(THREE);

    // then
    assertThat(rules.partition().leader()).contains(ONE);
    assertThat(rules.partition().leaderUnclean()).isFalse();
    assertThat(rules.partition().inSyncReplicas()).containsExactly(ONE);
    assertThat(rules.partition().eligibleLeaderReplicas()).containsExactly(TWO, THREE);
  }

  @Test
  void shouldCountOnNobodyOutOfSyncOnceRecordsCanBeCommittedWithoutHim() {
    // given
    threeInSync();
    rules.fence(ONE, TWO);
    rules.unfence(TWO);
    List<NodeId> before = rules.partition().eligibleLeaderReplicas();

    // when
    PartitionImage now = rules.partition();
    rules.alter(
        THREE,
        1,
        rules.change(now.leaderEpoch(), now.partitionEpoch(), Map.of(TWO, 1L, THREE, 1L)));

    // then
    assertThat(before).containsExactly(ONE, TWO);
    assertThat(rules.partition().inSyncReplicas()).containsExactly(TWO, THREE);
    assertThat(rules.partition().eligibleLeaderReplicas()).isEmpty();
  }

  @Test
  void shouldCountOnNobodyOutOfSyncOnceFewerReplicasAreEnough() {
    // given
    threeInSync();
    rules.fence(ONE, TWO);
    int epoch = rules.partition().partitionEpoch();

    // when
    rules.take(
        rules.controller.alterTopic(
            new TopicName("topic"), Map.of("min.insync.replicas", "1"), false));

    // then
    assertThat(rules.partition().eligibleLeaderReplicas()).isEmpty();
    assertThat(rules.partition().partitionEpoch()).isEqualTo(epoch + 1);
    assertThat(rules.partition().leader()).contains(THREE);
  }

  @Test
  void shouldCountOnNobodyWhoLostRecordsOrLacksThem() {
    // given
    threeInSync();
    rules.fence(ONE, TWO);

    // when
    rules.register(ONE, "disk1", true);
    List<NodeId> afterLoss = rules.partition().eligibleLeaderReplicas();
    PartitionImage now = rules.partition();
    rules.alter(
        THREE, 1, rules.change(now.leaderEpoch(), now.partitionEpoch(), Map.of(THREE, 1L), TWO));

    // then
    assertThat(afterLoss).containsExactly(TWO);
    assertThat(rules.partition().eligibleLeaderReplicas()).isEmpty();
    assertThat(rules.partition().inSyncReplicas()).containsExactly(THREE);
    assertThat(rules.partition().leader()).contains(THREE);
  }

  @Test
  void shouldHaveAnEligibleReplicaLeadWhenTheLeaderAloneResigns() {
    // given
    threeInSync();
    rules.fence(ONE, TWO);
    rules.unfence(TWO);
    PartitionImage now = rules.partition();

    // when
    ErrorCode resigned =
        rules.alter(
            THREE,
            1,
            rules.change(now.leaderEpoch(), now.partitionEpoch(), Map.of(TWO, 1L), THREE));

    // then
    assertThat(resigned).isEqualTo(ErrorCode.NONE);
    assertThat(rules.partition().leader()).contains(TWO);
    assertThat(rules.partition().inSyncReplicas()).containsExactly(TWO);
    assertThat(rules.partition().eligibleLeaderReplicas()).containsExactly(ONE);
  }

  @Test
  void shouldCountOnNobodyOutOfSyncAfterAnElectionThatGaveRecordsUp() {
    // given
    threeInSync();
    rules.fence(ONE, TWO);
    rules.fence(THREE);
    rules.register(THREE, "newDisk", false);
    rules.unfence(THREE);

    // when
    rules.decide(brokers -> brokers.elect(List.of(), true));

    // then
    assertThat(rules.partition().leader()).contains(THREE);
    assertThat(rules.partition().leaderUnclean()).isTrue();
    assertThat(rules.partition().eligibleLeaderReplicas()).isEmpty();
  }

  @Test
  void shouldHaveNobodyEligibleBeforeAllBrokersReadIt() {
    // given
    RulesFixture former = new RulesFixture(Map.of(), 3);
    former.brokers(ONE, TWO, THREE);
    former.topic(List.of(ONE, TWO, THREE));

    // when
    former.fence(ONE, TWO);

    // then
    assertThat(former.partition().inSyncReplicas()).containsExactly(THREE);
    assertThat(former.partition().eligibleLeaderReplicas()).isEmpty();
  }

  @Test
  void shouldHaveThePreferredReplicaLeadAgainOnceItIsCalm() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));
    rules.fence(ONE);
    rules.register(ONE, "disk1", false);
    rules.unfence(ONE);
    int leaderEpoch = rules.partition().leaderEpoch();
    int partitionEpoch = rules.partition().partitionEpoch();
    long life = rules.broker(ONE).incarnation();
    rules.alter(TWO, 1, rules.change(leaderEpoch, partitionEpoch, Map.of(ONE, life, TWO, 1L)));

    // when
    rules.upkeep(false);
    Optional<NodeId> early = rules.partition().leader();
    for (int i = 0; i < 3; i++) {
      rules.upkeep(true); // One kind of thing at a time; voters come before leaders.
    }

    // then
    assertThat(early).contains(TWO);
    assertThat(rules.partition().leader()).contains(ONE);
  }

  @Test
  void shouldRefuseASecondDiskUnderTheNumberOfARunningBroker() {
    // given
    rules.brokers(ONE);

    // then
    assertThat(rules.refusal(brokers -> brokers.register(rules.registration(ONE, "other", false))))
        .isEqualTo(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
  }

  @Test
  void shouldGiveTheSameNumberToTheSameDisk() {
    // when
    NodeId first = rules.decide(brokers -> brokers.allocateNodeId("diskA", -1));
    NodeId again = rules.decide(brokers -> brokers.allocateNodeId("diskA", -1));
    NodeId other = rules.decide(brokers -> brokers.allocateNodeId("diskB", -1));

    // then
    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void shouldNotDrainTheLastBrokerThatCouldHaveReplicas() {
    // given
    rules.brokers(ONE, TWO);
    rules.fence(TWO);

    // when
    ErrorCode last = rules.refusal(brokers -> brokers.drain(ONE, true));
    ErrorCode fenced = rules.refusal(brokers -> brokers.drain(TWO, true));

    // then
    assertThat(last).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(fenced).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldAnswerALeaderThatAsksForWhatIsSoWithALaterPartitionEpoch() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));

    // when
    ErrorCode error = rules.alter(ONE, 1, rules.change(0, 0, Map.of(ONE, 1L, TWO, 1L)));

    // then
    assertThat(error).isEqualTo(ErrorCode.NONE);
    assertThat(rules.partition().partitionEpoch()).isEqualTo(1);
    assertThat(rules.partition().leaderEpoch()).isZero();
    assertThat(rules.partition().inSyncReplicas()).containsExactly(ONE, TWO);
  }

  @Test
  void shouldTakeInSyncReplicasOnlyAtTheEpochsThatItHas() {
    // given
    rules.brokers(ONE, TWO);
    rules.topic(List.of(ONE, TWO));
    IsrChange shrink = rules.change(0, 0, Map.of(ONE, 1L));

    // then
    assertThat(rules.alter(ONE, 2, shrink)).isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
    assertThat(rules.alter(TWO, 1, shrink)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(rules.alter(ONE, 1, rules.change(1, 0, Map.of(ONE, 1L))))
        .isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(rules.alter(ONE, 1, rules.change(0, 1, Map.of(ONE, 1L))))
        .isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
    assertThat(rules.alter(ONE, 1, rules.change(0, 0, Map.of())))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(rules.alter(ONE, 1, shrink)).isEqualTo(ErrorCode.NONE);
    assertThat(rules.partition().inSyncReplicas()).containsExactly(ONE);
    assertThat(rules.alter(ONE, 1, shrink)).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
    assertThat(rules.alter(ONE, 1, rules.change(0, 1, Map.of(TWO, 1L))))
        .as("nobody else is in sync")
        .isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void shouldHaveAnotherInSyncReplicaLeadWhenTheLeaderResigns() {
    // given
    threeInSync();

    // when
    ErrorCode resigned = rules.alter(ONE, 1, rules.change(0, 0, Map.of(TWO, 1L, THREE, 1L)));

    // then
    assertThat(resigned).isEqualTo(ErrorCode.NONE);
    assertThat(rules.partition().leader()).contains(TWO);
    assertThat(rules.partition().leaderEpoch()).isEqualTo(1);
    assertThat(rules.partition().inSyncReplicas()).containsExactly(TWO, THREE);
    assertThat(rules.partition().leaderUnclean()).isFalse();
  }

  @Test
  void shouldLetNobodyIntoTheInSyncReplicasWhoIsFencedDrainedOrAnotherLife() {
    // given
    threeInSync();
    rules.alter(ONE, 1, rules.change(0, 0, Map.of(ONE, 1L)));
    IsrChange grow = rules.change(0, 1, Map.of(ONE, 1L, TWO, 1L));

    // when
    rules.fence(TWO);
    ErrorCode fenced = rules.alter(ONE, 1, grow);
    rules.register(TWO, "disk2", false);
    rules.unfence(TWO);
    ErrorCode otherLife = rules.alter(ONE, 1, grow);
    rules.decide(brokers -> brokers.drain(THREE, true));
    ErrorCode drained = rules.alter(ONE, 1, rules.change(0, 1, Map.of(ONE, 1L, THREE, 1L)));

    // then
    assertThat(List.of(fenced, otherLife, drained)).containsOnly(ErrorCode.INELIGIBLE_REPLICA);
    assertThat(rules.alter(ONE, 1, rules.change(0, 1, Map.of(ONE, 1L, TWO, 2L))))
        .isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldMoveOnceTheNewReplicasAreInSync() {
    // given
    rules.brokers(ONE, TWO, THREE);
    rules.topic(List.of(ONE, TWO));
    PartitionId id = rules.partitionId();

    // when
    rules.decide(brokers -> brokers.reassign(Map.of(id, Optional.of(List.of(THREE, TWO)))));
    PartitionImage moving = rules.partition();
    rules.alter(
        ONE, 1, rules.change(0, moving.partitionEpoch(), Map.of(ONE, 1L, TWO, 1L, THREE, 1L)));

    // then
    assertThat(moving.replicas()).containsExactly(THREE, TWO, ONE);
    assertThat(moving.addingReplicas()).containsExactly(THREE);
    assertThat(moving.removingReplicas()).containsExactly(ONE);
    assertThat(moving.leader()).contains(ONE);
    PartitionImage moved = rules.partition();
    assertThat(moved.replicas()).containsExactly(THREE, TWO);
    assertThat(moved.inSyncReplicas()).containsExactly(THREE, TWO);
    assertThat(moved.leader()).contains(THREE);
    assertThat(moved.isMoving()).isFalse();
  }

  @Test
  void shouldGoBackWhenAMoveIsCancelled() {
    // given
    rules.brokers(ONE, TWO, THREE);
    rules.topic(List.of(ONE, TWO));
    PartitionId id = rules.partitionId();
    rules.decide(brokers -> brokers.reassign(Map.of(id, Optional.of(List.of(THREE, TWO)))));

    // when
    rules.decide(brokers -> brokers.reassign(Map.of(id, Optional.empty())));

    // then
    assertThat(rules.partition().isMoving()).isFalse();
    assertThat(rules.partition().replicas()).containsExactlyInAnyOrder(ONE, TWO);
    assertThat(rules.partition().leader()).contains(ONE);
  }

  @Test
  void shouldHandOverBeforeABrokerIsDrainedAndMoveItsReplicas() {
    // given
    rules.brokers(ONE, TWO, THREE);
    rules.topic(List.of(ONE, TWO));

    // when
    rules.decide(brokers -> brokers.drain(ONE, true));
    Optional<NodeId> leader = rules.partition().leader();
    for (int i = 0; i < 4; i++) {
      rules.upkeep(); // One kind of thing at a time; voters come before moves.
    }

    // then
    assertThat(leader).contains(TWO);
    assertThat(rules.partition().addingReplicas()).containsExactly(THREE);
    assertThat(rules.partition().removingReplicas()).containsExactly(ONE);
  }
}
