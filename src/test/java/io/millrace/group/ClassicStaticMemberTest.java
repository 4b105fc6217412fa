package io.millrace.group;

import static io.millrace.group.ClassicClient.protocol;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Leaver;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClassicStaticMemberTest {
  private final CoordinatorDriver driver = new CoordinatorDriver();
  private final ClassicClient leader = statically("a");
  private final ClassicClient follower = statically("b");

  private ClassicClient statically(String instanceId) {
    return new ClassicClient(driver, "g", "client", Optional.of(instanceId));
  }

  private void bothStable() {
    leader.join();
    follower.join();
    driver.advance(6_000);
    leader.joined();
    follower.joined();
    leader.sync();
    follower.sync();
    assertThat(state()).isEqualTo(GroupState.STABLE);
  }

  private GroupState state() {
    return driver.describe("g").state();
  }

  @Test
  void shouldLetInAStaticMemberAtOnceUnderAnIdThatNamesItsInstance() {
    // when
    leader.join();
    driver.advance(3_000);

    // then
    assertThat(leader.joined().memberId()).startsWith("a-");
  }

  @Test
  void shouldGiveARestartedMemberItsPlaceWithoutRebalance() {
    // given: what it owned is in its metadata, and is gone after the restart
    follower.protocols = List.of(protocol("range", "orders|owned: 1,3"));
    bothStable();

    // when
    ClassicClient restarted = statically("b").join();

    // then
    assertThat(state()).isEqualTo(GroupState.STABLE);
    assertThat(restarted.joined().generation()).isEqualTo(1);
    assertThat(restarted.memberId).isNotEqualTo(follower.memberId);
    assertThat(restarted.sync().assignment()).isEqualTo(follower.memberId + "@1");
    assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldFenceThePredecessorEverywhere() {
    // given
    bothStable();

    // when
    statically("b").join();

    // then
    assertThat(follower.heartbeat()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(follower.commit(0, 1)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(follower.sync(Map.of()).synced().error().code())
        .isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(driver.ask(follower.joining()).error().code())
        .isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(follower.leave("").members().get(0).error().code())
        .isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(driver.committed("g")).isEmpty();
  }

  @Test
  void shouldTellARestartedLeaderToComputeNothing() {
    // given
    bothStable();

    // when
    Joined joined = statically("a").join().joined();

    // then
    assertThat(joined.skipAssignment()).isTrue();
    assertThat(joined.leaderId()).isEqualTo(joined.memberId());
    assertThat(joined.members()).hasSize(2);
  }

  @Test
  void shouldTellAnOldRestartedLeaderThatItsPredecessorLeads() {
    // given
    bothStable();
    ClassicClient restarted = statically("a");
    restarted.skipsAssignment = false;

    // when
    Joined joined = restarted.join().joined();

    // then
    assertThat(joined.skipAssignment()).isFalse();
    assertThat(joined.leaderId()).isEqualTo(leader.memberId);
    assertThat(joined.members()).isEmpty();
  }

  @Test
  void shouldRebalanceIfARestartedMemberWantsOtherTopics() {
    // given
    bothStable();
    ClassicClient restarted = statically("b");
    restarted.protocols = List.of(protocol("range", "orders,more"));

    // when
    restarted.join();

    // then
    assertThat(state()).isEqualTo(GroupState.PREPARING_REBALANCE);
    assertThat(driver.describe("g").rebalanceCause()).contains("took over instance b");
    assertThat(leader.join().joined().generation()).isEqualTo(2);
    assertThat(restarted.joined().generation()).isEqualTo(2);
  }

  @Test
  void shouldKnowARestartedMemberAfterTheCoordinatorRestartedToo() {
    // given
    bothStable();
    ClassicClient restarted = statically("b").join();
    restarted.joined();

    // when
    driver.reload();

    // then
    assertThat(restarted.heartbeat()).isEqualTo(ErrorCode.NONE);
    assertThat(follower.heartbeat()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
  }

  @Test
  void shouldAnswerThePredecessorsWaitingJoin() {
    // given
    leader.join();

    // when
    ClassicClient restarted = statically("a").join();
    driver.advance(3_000);

    // then
    Joined fenced = driver.replyTo(leader.joinRequest);
    assertThat(fenced.error().code()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(restarted.joined().generation()).isEqualTo(1);
    assertThat(restarted.isLeader()).isTrue();
  }

  @Test
  void shouldKeepAStaticMemberThatMissesARebalanceUntilItsSessionEnds() {
    // given: only the leader comes back in time
    bothStable();
    ClassicClient third = statically("c").join();
    leader.join();

    // when: heartbeats keep the session, the rebalance timeout passes
    for (int i = 0; i < ClassicClient.REBALANCE_MS / 5_000; i++) {
      follower.heartbeat();
      driver.advance(5_000);
    }

    // then
    assertThat(leader.joined().members()).hasSize(3);
    assertThat(third.joined().generation()).isEqualTo(2);
    assertThat(follower.heartbeat()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    leader.sync();
    assertThat(state()).isEqualTo(GroupState.STABLE);
    for (int i = 0; i < 4; i++) {
      driver.advance(ClassicClient.SESSION_MS / 4);
      leader.heartbeat();
      third.heartbeat();
    }
    assertThat(follower.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(state()).isEqualTo(GroupState.PREPARING_REBALANCE);
  }

  @Test
  void shouldRemoveAStaticMemberThatDiesWhileItWaitsForItsAssignment() {
    // given: it waits longer than its session, as it may, and never hears the answer
    leader.join();
    follower.join();
    driver.advance(6_000);
    leader.joined();
    follower.joined();
    follower.sync();
    for (int i = 0; i < 4; i++) {
      driver.advance(ClassicClient.SESSION_MS / 2);
      assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    // when
    ClassicClient third = statically("c").join();
    leader.join();
    assertThat(follower.synced().error().code()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    driver.advance(ClassicClient.SESSION_MS - 1);
    assertThat(driver.isAnswered(third.joinRequest)).isFalse();
    driver.advance(1);

    // then
    assertThat(third.joined().generation()).isEqualTo(2);
    assertThat(leader.joined().members())
        .extracting(member -> member.memberId())
        .containsExactlyInAnyOrder(leader.memberId, third.memberId);
  }

  @Test
  void shouldLetAStaticMemberBeRemovedByItsInstanceIdAlone() {
    // given
    bothStable();
    Member byInstance = new Member("", Optional.of("b"));
    Member unknown = new Member("", Optional.of("z"));

    // when
    var left =
        driver.ask(
            new GroupRequest.Leave(
                "g", List.of(new Leaver(byInstance, "by an operator"), new Leaver(unknown, ""))));

    // then
    assertThat(left.members())
        .extracting(result -> result.error().code())
        .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(follower.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void shouldLetARestartedMemberIntoAFullGroup() {
    // given
    CoordinatorDriver full = new CoordinatorDriver(Map.of("group.max.size", "1"));
    ClassicClient before = new ClassicClient(full, "g", "c", Optional.of("a")).join();
    full.advance(3_000);
    before.joined();
    before.sync();

    // when
    Joined joined = new ClassicClient(full, "g", "c", Optional.of("a")).join().joined();

    // then
    assertThat(joined.error().isError()).isFalse();
  }
}
