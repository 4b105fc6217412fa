package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.NodeId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaderReplicaTest {
  private static final NodeId SELF = new NodeId(0);
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);

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
    leader.onFollowerFetch(ONE, 10, 3, 0);

    // then
    assertThat(leader.highWatermark()).isEqualTo(3);
  }

  @Test
  void shouldWaitForBothTheCommittedAndThePendingReplicas() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE), 0);
    leader.onInSyncReplicas(new InSyncReplicas(Set.of(SELF, ONE), Set.of(SELF)));

    // when
    leader.onLocalEnd(10, 10);

    // then
    assertThat(leader.highWatermark()).as("the shrinking is not committed").isZero();
    assertThat(leader.onInSyncReplicas(InSyncReplicas.of(Set.of(SELF)))).isTrue();
    assertThat(leader.highWatermark()).isEqualTo(10);
  }

  @Test
  void shouldStandStillBelowMinInSync() {
    // given
    LeaderReplica leader = leader(Set.of(SELF, ONE), 0);
    leader.onSettings(2, false);
    leader.onFollowerFetch(ONE, 0, 0, 0);
    leader.onInSyncReplicas(new InSyncReplicas(Set.of(SELF), Set.of(SELF, ONE)));

    // when
    leader.onLocalEnd(10, 10);
    leader.onFollowerFetch(ONE, 10, 10, 0);

    // then
    assertThat(leader.hasEnoughInSync()).isFalse();
    assertThat(leader.highWatermark()).isZero();
    leader.onInSyncReplicas(InSyncReplicas.of(Set.of(SELF, ONE)));
    assertThat(leader.highWatermark()).isEqualTo(10);
  }

  @Test
  void shouldTakeInOnlyWhoHasAllOfTheEarlierEpochs() {
    // given
    LeaderReplica leader = new LeaderReplica(SELF, 3, isr(Set.of(SELF)), 5, 8, 8);
    leader.onFollowerFetch(ONE, 7, 7, 0);
    leader.onFollowerFetch(TWO, 8, 8, 0);

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
    leader.onFollowerFetch(ONE, 10, 10, 1_000);

    // when
    leader.onLocalEnd(20, 20);
    leader.onFollowerFetch(ONE, 15, 15, 2_000);

    // then
    assertThat(leader.caughtUpNanos(ONE)).contains(1_000L);
  }

  @Test
  void shouldRefuseAFollowerAheadOfIt() {
    // given
    LeaderReplica leader = leader(Set.of(SELF), 5);

    // when // then
    assertThatThrownBy(() -> leader.onFollowerFetch(ONE, 6, 6, 0))
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

  private static LeaderReplica leader(Set<NodeId> inSync, long endOffset) {
    return new LeaderReplica(SELF, 1, isr(inSync), 0, endOffset, endOffset);
  }

  private static InSyncReplicas isr(Set<NodeId> inSync) {
    return InSyncReplicas.of(inSync);
  }
}
