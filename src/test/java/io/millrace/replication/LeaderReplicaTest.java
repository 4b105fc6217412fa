package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.NodeId;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaderReplicaTest {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final long LAG = 1_000;
  private static final Brokers ALL_ACTIVE = node -> OptionalLong.of(7);

  @Test
  void shouldCommitAtOnceAlone() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 0);

    // when
    boolean moved = leader.onLocalEnd(10, 4);

    // then
    assertThat(moved).isTrue();
    assertThat(leader.highWatermark()).isEqualTo(10);
  }

  @Test
  void shouldCountOnlyWhatIsDurableInFlushModeAck() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE), 0);
    leader.onSettings(1, true);

    // when
    leader.onLocalEnd(10, 4);
    leader.onFollowerFetch(ONE, 1, 10, 3, 0);

    // then
    assertThat(leader.highWatermark()).isEqualTo(3);
  }

  @Test
  void shouldWaitForBothTheCommittedAndThePendingReplicas() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE), 0);
    leader.onCommitted(1, Set.of(SELF, ONE), Set.of());
    // ONE is asked out, which the controller has not decided.
    leader.propose(List.of(SELF, ONE), ALL_ACTIVE, LAG + 1, LAG);

    // when
    leader.onLocalEnd(10, 10);

    // then
    assertThat(leader.highWatermark()).as("the shrinking is not committed").isZero();
    assertThat(leader.onCommitted(2, Set.of(SELF), Set.of())).isTrue();
    assertThat(leader.highWatermark()).isEqualTo(10);
  }

  @Test
  void shouldStandStillBelowMinInSync() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 0);
    leader.onCommitted(1, Set.of(SELF), Set.of());
    leader.onSettings(2, false);
    leader.onFollowerFetch(ONE, 1, 0, 0, 0);
    leader.propose(List.of(SELF, ONE), ALL_ACTIVE, 0, LAG);

    // when
    leader.onLocalEnd(10, 10);
    leader.onFollowerFetch(ONE, 1, 10, 10, 0);

    // then
    assertThat(leader.hasEnoughInSync()).isFalse();
    assertThat(leader.highWatermark()).isZero();
    leader.onCommitted(2, Set.of(SELF, ONE), Set.of());
    assertThat(leader.highWatermark()).isEqualTo(10);
  }

  @Test
  void shouldTakeInOnlyWhoHasAllOfTheEarlierEpochs() {
    // given
    LeaderReplica leader = new LeaderReplica(SELF, 3, isr(Set.of(SELF)), 5, 8, 8, 0);
    leader.onFollowerFetch(ONE, 1, 7, 7, 0);
    leader.onFollowerFetch(TWO, 1, 8, 8, 0);

    // when // then
    assertThat(leader.isCaughtUp(ONE)).isFalse();
    assertThat(leader.isCaughtUp(TWO)).isTrue();
    assertThat(leader.isCaughtUp(new NodeId(9))).isFalse();
  }

  @Test
  void shouldRememberSinceWhenAFollowerLags() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 0);
    leader.onLocalEnd(10, 10);
    leader.onFollowerFetch(ONE, 1, 10, 10, 1_000);

    // when
    leader.onLocalEnd(20, 20);
    leader.onFollowerFetch(ONE, 1, 15, 15, 2_000);

    // then
    assertThat(leader.caughtUpNanos(ONE)).isEqualTo(1_000L);
    leader.onFollowerFetch(ONE, 1, 16, 16, 3_000);
    assertThat(leader.caughtUpNanos(ONE)).as("it is still behind").isEqualTo(1_000L);
    leader.onLocalEnd(30, 30);
    leader.onFollowerFetch(ONE, 1, 20, 20, 4_000);
    assertThat(leader.caughtUpNanos(ONE)).as("it has what there was").isEqualTo(2_000L);
  }

  @Test
  void shouldRefuseAFollowerAheadOfIt() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);

    // when // then
    assertThatThrownBy(() -> leader.onFollowerFetch(ONE, 1, 6, 6, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("follower 1")
        .hasMessageContaining("ends at 5");
  }

  @Test
  void shouldRefuseALogThatGoesBack() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);

    // when // then
    assertThatThrownBy(() -> leader.onLocalEnd(4, 4)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldAskForWhoCaughtUpAsTheBrokerThatItIs() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);
    leader.onCommitted(1, Set.of(SELF), Set.of());
    leader.onFollowerFetch(ONE, 7, 5, 5, 0);
    leader.onFollowerFetch(TWO, 8, 5, 5, 0);
    Brokers brokers = node -> node.equals(ONE) ? OptionalLong.of(6) : OptionalLong.of(8);

    // when
    var wanted = leader.propose(List.of(SELF, ONE, TWO), brokers, 1, LAG);

    // then
    assertThat(wanted).as("ONE is registered anew since, or not yet").contains(Set.of(SELF, TWO));
    assertThat(leader.propose(List.of(SELF, ONE, TWO), ALL_ACTIVE, 1, LAG))
        .as("one change at a time")
        .isEmpty();
    assertThat(leader.pending()).contains(Set.of(SELF, TWO));
  }

  @Test
  void shouldNotAskForWhoIsFencedOrNotAssigned() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);
    leader.onCommitted(1, Set.of(SELF), Set.of());
    leader.onFollowerFetch(ONE, 7, 5, 5, 0);
    leader.onFollowerFetch(TWO, 7, 5, 5, 0);

    // when // then
    assertThat(leader.propose(List.of(SELF, ONE), node -> OptionalLong.empty(), 1, LAG)).isEmpty();
    assertThat(leader.propose(List.of(SELF, ONE), ALL_ACTIVE, 1, LAG)).contains(Set.of(SELF, ONE));
  }

  @Test
  void shouldKeepARefusedChangePendingUntilThePartitionEpochMoves() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);
    leader.onCommitted(1, Set.of(SELF), Set.of());
    leader.onFollowerFetch(ONE, 7, 5, 5, 0);
    leader.propose(List.of(SELF, ONE), ALL_ACTIVE, 1, LAG);

    // when
    leader.onRefused(1);
    var next = leader.propose(List.of(SELF, ONE), node -> OptionalLong.empty(), 2 * LAG, LAG);
    leader.onLocalEnd(9, 9);

    // then
    assertThat(next).as("what is committed, to move the partition epoch").contains(Set.of(SELF));
    assertThat(leader.highWatermark()).as("a late copy may still take ONE in").isEqualTo(5);
    leader.onCommitted(1, Set.of(SELF), Set.of());
    assertThat(leader.highWatermark()).isEqualTo(5);
    leader.onCommitted(2, Set.of(SELF), Set.of());
    assertThat(leader.highWatermark()).isEqualTo(9);
  }

  @Test
  void shouldSayWhoIsCountedOnAndLacksWhatIsCommitted() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);
    leader.onCommitted(1, Set.of(SELF), Set.of(ONE, TWO));
    leader.onFollowerFetch(ONE, 7, 5, 5, 0);
    leader.onFollowerFetch(TWO, 7, 5, 5, 0);
    Brokers nobodyElse = node -> OptionalLong.empty();
    var whole = leader.propose(List.of(SELF, ONE, TWO), nobodyElse, 1, LAG);

    // when
    leader.onFollowerFetch(ONE, 8, 4, 4, 0); // It was repaired, or will be.
    var lacking = leader.propose(List.of(SELF, ONE, TWO), nobodyElse, 1, LAG);

    // then
    assertThat(whole).isEmpty();
    assertThat(lacking).contains(Set.of(SELF));
    assertThat(leader.lackingCommitted(Set.of(SELF))).containsExactly(ONE);
    leader.onCommitted(2, Set.of(SELF), Set.of(TWO));
    assertThat(leader.propose(List.of(SELF, ONE, TWO), nobodyElse, 1, LAG)).isEmpty();
  }

  @Test
  void shouldAskOutWhoNeverFetched() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE), 5);
    leader.onCommitted(1, Set.of(SELF, ONE), Set.of());

    // when // then
    assertThat(leader.propose(List.of(SELF, ONE), ALL_ACTIVE, LAG, LAG)).isEmpty();
    assertThat(leader.propose(List.of(SELF, ONE), ALL_ACTIVE, LAG + 1, LAG)).contains(Set.of(SELF));
  }

  @Test
  void shouldAskOutAtOnceWhoLacksWhatIsCommitted() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE, TWO), 5);
    leader.onCommitted(1, Set.of(SELF, ONE, TWO), Set.of());
    leader.onFollowerFetch(ONE, 7, 5, 5, 0);
    leader.onFollowerFetch(TWO, 7, 5, 5, 0);

    // when
    leader.onFollowerFetch(TWO, 7, 2, 2, 1);

    // then
    List<NodeId> all = List.of(SELF, ONE, TWO);
    assertThat(leader.highWatermark()).isEqualTo(5);
    assertThat(leader.propose(all, ALL_ACTIVE, 1, LAG)).contains(Set.of(SELF, ONE));
    leader.onCommitted(2, Set.of(SELF, ONE), Set.of());
    assertThat(leader.propose(all, ALL_ACTIVE, 1, LAG)).as("it is not whole yet").isEmpty();
    leader.onFollowerFetch(TWO, 7, 5, 5, 2);
    assertThat(leader.propose(all, ALL_ACTIVE, 2, LAG)).contains(Set.copyOf(all));
  }

  @Test
  void shouldForgetWhatAnEarlierLifeOfAFollowerHad() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE), 5);
    leader.onFollowerFetch(ONE, 7, 2, 2, 0);

    // when
    boolean moved = leader.onFollowerFetch(ONE, 6, 5, 5, 0);

    // then
    assertThat(moved).isFalse();
    assertThat(leader.highWatermark()).isEqualTo(2);
    assertThat(leader.brokerEpoch(ONE)).isEqualTo(7);
  }

  private static LeaderReplica leader(Set<NodeId> inSync, long endOffset) {
    return new LeaderReplica(SELF, 1, isr(inSync), 0, endOffset, endOffset, 0);
  }

  private static InSyncReplicas isr(Set<NodeId> inSync) {
    return InSyncReplicas.of(inSync);
  }
}
