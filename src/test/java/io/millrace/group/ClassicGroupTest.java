package io.millrace.group;

import static io.millrace.group.ClassicClient.protocol;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Leaver;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.Left;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.OpaqueBytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassicGroupTest {
  private static final int DELAY_MS = 3_000;

  private final CoordinatorDriver driver = new CoordinatorDriver();
  private final ClassicClient one = new ClassicClient(driver, "g", "one");
  private final ClassicClient two = new ClassicClient(driver, "g", "two");

  /** Both are in generation 1, the first leads. */
  private void bothStable() {
    one.join();
    two.join();
    driver.advance(2 * DELAY_MS);
    one.joined();
    two.joined();
    one.sync();
    two.sync();
    assertThat(state()).isEqualTo(GroupState.STABLE);
  }

  private GroupState state() {
    return driver.describe("g").state();
  }

  private String cause() {
    return driver.describe("g").rebalanceCause();
  }

  @Test
  void shouldGiveANewMemberAnIdAndTellItToComeAgain() {
    // when
    Joined first = driver.ask(one.joining());

    // then
    assertThat(first.error().code()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    assertThat(first.memberId()).startsWith("one-").hasSize("one-".length() + 36);
    assertThat(state()).isEqualTo(GroupState.EMPTY);
  }

  @Test
  void shouldForgetAnIdThatNobodyCameBackWith() {
    // given
    one.memberId = driver.ask(one.joining()).memberId();

    // when
    driver.advance(ClassicClient.SESSION_MS);

    // then
    assertThat(driver.ask(one.joining()).error().code()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void shouldHoldTheFirstGenerationBackAsLongAsOthersCome() {
    // given
    one.join();
    driver.advance(DELAY_MS - 1);
    two.join();

    // when
    driver.advance(1);

    // then
    assertThat(driver.isAnswered(one.joinRequest)).isFalse();
    driver.advance(DELAY_MS);
    assertThat(one.joined().generation()).isEqualTo(1);
    assertThat(two.joined().generation()).isEqualTo(1);
  }

  @Test
  void shouldNotHoldItBackBeyondTheRebalanceTimeout() {
    // given
    one.join();

    // when: somebody comes every second
    for (int i = 0; i < ClassicClient.REBALANCE_MS / 1_000; i++) {
      driver.advance(1_000);
      new ClassicClient(driver, "g", "c" + i).join();
    }

    // then
    assertThat(one.joined().generation()).isEqualTo(1);
    assertThat(state()).isIn(GroupState.COMPLETING_REBALANCE, GroupState.PREPARING_REBALANCE);
  }

  @Test
  void shouldTellOnlyTheLeaderWhoIsInTheGroup() {
    // given
    one.join();
    two.join();

    // when
    driver.advance(2 * DELAY_MS);

    // then
    assertThat(one.joined().leaderId()).isEqualTo(one.memberId);
    assertThat(one.joined().members())
        .extracting(member -> member.memberId())
        .containsExactly(one.memberId, two.memberId);
    assertThat(two.joined().leaderId()).isEqualTo(one.memberId);
    assertThat(two.joined().members()).isEmpty();
    assertThat(two.joined().protocolName()).isEqualTo("range");
    assertThat(two.joined().protocolType()).isEqualTo("consumer");
  }

  @Test
  void shouldHandOutWhatTheLeaderBrings() {
    // given
    one.join();
    two.join();
    driver.advance(2 * DELAY_MS);
    two.joined();

    // when
    two.sync();

    // then: it waits for the leader
    assertThat(driver.isAnswered(two.syncRequest)).isFalse();
    assertThat(state()).isEqualTo(GroupState.COMPLETING_REBALANCE);
    one.sync();
    assertThat(one.assignment()).isEqualTo(one.memberId + "@1");
    assertThat(two.assignment()).isEqualTo(two.memberId + "@1");
    assertThat(state()).isEqualTo(GroupState.STABLE);
    assertThat(two.sync().assignment()).as("asked again").isEqualTo(two.memberId + "@1");
  }

  @Test
  void shouldRefuseStrangersAndOldGenerations() {
    // given
    bothStable();
    ClassicClient stranger = new ClassicClient(driver, "g", "x");
    stranger.memberId = "x-1";
    stranger.generation = 1;
    ClassicClient nowhere = new ClassicClient(driver, "other", "x");
    nowhere.memberId = "x-1";
    nowhere.generation = 1;

    // when
    one.generation = 0;

    // then
    assertThat(stranger.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(nowhere.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(nowhere.join().joined().error().code()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(stranger.sync(Map.of()).synced().error().code())
        .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    assertThat(one.sync(Map.of()).synced().error().code()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
  }

  @Test
  void shouldTellMembersByHeartbeatThatTheGroupRebalances() {
    // given
    bothStable();
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.NONE);

    // when
    new ClassicClient(driver, "g", "three").join();

    // then
    assertThat(state()).isEqualTo(GroupState.PREPARING_REBALANCE);
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(one.sync(Map.of()).synced().error().code())
        .isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(cause()).matches("member three-\\S+ \\(client three at /10.0.0.1\\) joined");
  }

  @Test
  void shouldBeginTheNextGenerationOnceEveryMemberJoinedAgain() {
    // given
    bothStable();
    ClassicClient three = new ClassicClient(driver, "g", "three").join();
    one.join();
    assertThat(driver.isAnswered(three.joinRequest)).isFalse();

    // when
    two.join();

    // then
    assertThat(List.of(one, two, three))
        .allSatisfy(client -> assertThat(client.joined().generation()).isEqualTo(2));
    assertThat(one.heartbeat()).as("while the leader computes").isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldRemoveWhoIsTooSlowAndSaySo() {
    // given: the second one is alive and does not join again
    bothStable();
    ClassicClient three = new ClassicClient(driver, "g", "three").join();
    one.join();

    // when
    for (int i = 0; i < ClassicClient.REBALANCE_MS / 5_000; i++) {
      assertThat(two.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
      driver.advance(5_000);
    }

    // then
    assertThat(one.joined().generation()).isEqualTo(2);
    assertThat(three.joined().generation()).isEqualTo(2);
    assertThat(two.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(cause())
        .contains("three", " joined; member two-")
        .endsWith("did not join again within 60000 ms and was removed");
  }

  @Test
  void shouldRemoveWhoIsSilent() {
    // given
    bothStable();

    // when
    driver.advance(ClassicClient.SESSION_MS - 1);
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.NONE);
    driver.advance(1);

    // then
    assertThat(two.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(cause())
        .startsWith("member two-")
        .endsWith("was removed: nothing was heard of it for 10000 ms");
  }

  @Test
  void shouldRemoveWhoNeverAsksForItsAssignment() {
    // given: it sends heartbeats, so that its session never ends
    one.join();
    two.join();
    driver.advance(2 * DELAY_MS);
    two.joined();
    one.sync();

    // when
    for (int i = 0; i < ClassicClient.REBALANCE_MS / 5_000; i++) {
      one.heartbeat();
      two.heartbeat();
      driver.advance(5_000);
    }

    // then
    assertThat(two.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(cause()).contains("did not ask for an assignment within 60000 ms");
  }

  @Test
  void shouldRebalanceWithoutALeaderThatNeverSyncs() {
    // given
    one.join();
    two.join();
    driver.advance(2 * DELAY_MS);
    one.joined();
    two.joined();
    two.sync();

    // when: nothing is heard of the leader
    driver.advance(ClassicClient.SESSION_MS);

    // then
    assertThat(two.synced().error().code()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(two.join().joined().leaderId()).isEqualTo(two.memberId);
    assertThat(two.sync().assignment()).isEqualTo(two.memberId + "@2");
  }

  @Test
  void shouldAnswerAFollowerThatJoinsAgainUnchangedWithoutRebalance() {
    // given
    bothStable();

    // then
    assertThat(two.join().joined().generation()).isEqualTo(1);
    assertThat(state()).isEqualTo(GroupState.STABLE);
    assertThat(one.join().joinRequest).as("the leader's is a wish to rebalance").isPositive();
    assertThat(state()).isEqualTo(GroupState.PREPARING_REBALANCE);
  }

  @Test
  void shouldRebalanceIfAMemberChangesWhatItWants() {
    // given
    bothStable();
    two.protocols = List.of(protocol("range", "orders,more"));
    two.reason = "subscription changed";

    // when
    two.join();
    one.join();

    // then
    assertThat(two.joined().generation()).isEqualTo(2);
    assertThat(TextSubscriptions.text(one.joined().members().get(1).metadata()))
        .isEqualTo("orders,more");
    assertThat(cause()).endsWith("joined again: subscription changed");
  }

  @Test
  void shouldChooseTheStrategyThatMostPreferAmongThoseThatAllKnow() {
    // given
    ClassicClient three = new ClassicClient(driver, "g", "three");
    one.protocols = List.of(protocol("sticky", "1"), protocol("range", "1"), protocol("rr", "1"));
    two.protocols = List.of(protocol("rr", "2"), protocol("range", "2"));
    three.protocols = List.of(protocol("sticky", "3"), protocol("rr", "3"), protocol("range", "3"));

    // when
    one.join();
    two.join();
    three.join();
    driver.advance(3 * DELAY_MS);

    // then: sticky is not known to all; range, rr, rr
    assertThat(one.joined().protocolName()).isEqualTo("rr");
  }

  @Test
  void shouldRefuseMembersWithNothingInCommon() {
    // given
    bothStable();
    ClassicClient other = new ClassicClient(driver, "g", "other");
    ClassicClient worker = new ClassicClient(driver, "g", "worker");
    ClassicClient nothing = new ClassicClient(driver, "new", "nothing");
    other.protocols = List.of(protocol("sticky", "orders"));
    worker.protocolType = "connect";
    nothing.protocols = List.of();

    // then
    assertThat(List.of(other, worker, nothing))
        .allSatisfy(
            client ->
                assertThat(client.join().joined().error().code())
                    .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
    assertThat(state()).isEqualTo(GroupState.STABLE);
    assertThat(driver.describe("new").error().code()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  @Test
  void shouldServeAnyProtocolType() {
    // given
    one.protocolType = "connect";
    one.protocols = List.of(protocol("compatible", "?opaque"));

    // when
    one.join();
    driver.advance(DELAY_MS);
    one.joined();
    one.sync();

    // then
    assertThat(one.synced().protocolType()).isEqualTo("connect");
    assertThat(driver.coordinator().list(Set.of(), Set.of()))
        .extracting(group -> group.protocolType())
        .containsExactly("connect");
  }

  @Test
  void shouldRefuseASyncUnderAnotherProtocol() {
    // given
    bothStable();

    // when
    var synced =
        driver.ask(new GroupRequest.Sync("g", one.member(), 1, "consumer", "sticky", Map.of()));

    // then
    assertThat(synced.error().code()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void shouldRefuseSessionTimeoutsOutOfBounds() {
    // given
    CoordinatorDriver strict =
        new CoordinatorDriver(Map.of("group.min.session.timeout.ms", "10001"));

    // when
    Joined joined = new ClassicClient(strict, "g", "c").join().joined();

    // then
    assertThat(joined.error().code()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
    assertThat(joined.error().reason())
        .isEqualTo(
            "the session timeout is 10000 ms, group.min.session.timeout.ms and"
                + " group.max.session.timeout.ms allow 10001 to 1800000");
  }

  @Test
  void shouldRefuseMoreMembersThanAllowed() {
    // given
    CoordinatorDriver small = new CoordinatorDriver(Map.of("group.max.size", "1"));
    ClassicClient in = new ClassicClient(small, "g", "in").join();
    ClassicClient out = new ClassicClient(small, "g", "out");

    // when
    Joined whilePreparing = out.join().joined();
    small.advance(DELAY_MS);
    Joined whileCompleting = out.join().joined();

    // then
    assertThat(in.joined().generation()).isEqualTo(1);
    assertThat(List.of(whilePreparing, whileCompleting))
        .allSatisfy(
            joined -> {
              assertThat(joined.error().code()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
              assertThat(joined.error().reason()).contains("group.max.size allows 1");
            });
  }

  @Test
  void shouldLetMembersLeave() {
    // given
    bothStable();

    // when
    Left left = two.leave("the consumer is being closed");

    // then
    assertThat(left.members()).allMatch(result -> !result.error().isError());
    assertThat(two.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(cause()).startsWith("member two-").endsWith("left: the consumer is being closed");
    assertThat(one.join().joined().generation()).isEqualTo(2);
    assertThat(one.sync().assignment()).isEqualTo(one.memberId + "@2");
  }

  @Test
  void shouldLetSeveralLeaveAtOnceAndAnswerForEach() {
    // given
    bothStable();
    Member unknown = new Member("nobody", Optional.empty());

    // when
    Left left =
        driver.ask(
            new GroupRequest.Leave(
                "g",
                List.of(
                    new Leaver(one.member(), ""),
                    new Leaver(unknown, ""),
                    new Leaver(two.member(), ""))));

    // then
    assertThat(left.members())
        .extracting(result -> result.error().code())
        .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.NONE);
    assertThat(state()).isEqualTo(GroupState.EMPTY);
    assertThat(driver.describe("g").epoch()).isEqualTo(2);
  }

  @Test
  void shouldAnswerAJoinOfWhoIsRemovedMeanwhile() {
    // given
    bothStable();
    ClassicClient three = new ClassicClient(driver, "g", "three").join();

    // when
    driver.ask(new GroupRequest.Leave("g", List.of(new Leaver(three.member(), ""))));

    // then
    Joined answer = driver.replyTo(three.joinRequest);
    assertThat(answer.error().code()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void shouldNotWaitForAMemberWhoseClientIsGone() {
    // given: the third one's connection breaks while it waits
    bothStable();
    ClassicClient three = new ClassicClient(driver, "g", "three").join();
    driver.forget(three.joinRequest);

    // when: the others stay alive, the first joins again
    one.join();
    driver.advance(ClassicClient.SESSION_MS / 2);
    two.heartbeat();
    driver.advance(ClassicClient.SESSION_MS / 2);
    two.join();

    // then
    assertThat(one.joined().members()).hasSize(2);
    assertThat(driver.isAnswered(three.joinRequest)).isFalse();
  }

  @Test
  void shouldDescribeAssignmentsOnlyWhileTheyAreSettled() {
    // given
    bothStable();
    Described stable = driver.describe("g");

    // when
    new ClassicClient(driver, "g", "three").join();
    Described unsettled = driver.describe("g");

    // then
    assertThat(stable.protocolName()).isEqualTo("range");
    assertThat(stable.members())
        .extracting(member -> TextSubscriptions.text(member.classicAssignment()))
        .containsExactly(one.memberId + "@1", two.memberId + "@1");
    assertThat(unsettled.members())
        .hasSize(3)
        .allMatch(member -> member.classicAssignment().equals(OpaqueBytes.EMPTY));
  }

  @Test
  void shouldDeleteOnlyGroupsWithoutMembers() {
    // given
    bothStable();
    one.commit(0, 5);

    // when
    ErrorCode refused = driver.ask(new GroupRequest.DeleteGroup("g")).error().code();
    one.leave("");
    two.leave("");
    ErrorCode deleted = driver.ask(new GroupRequest.DeleteGroup("g")).error().code();

    // then
    assertThat(refused).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
    assertThat(deleted).isEqualTo(ErrorCode.NONE);
    assertThat(driver.describe("g").state()).isEqualTo(GroupState.DEAD);
    assertThat(driver.keyCount()).as("nothing is left of it").isZero();
    assertThat(driver.ask(new GroupRequest.DeleteGroup("g")).error().code())
        .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  @Test
  void shouldKeepMembersAndAssignmentsWhenAnotherCoordinatorTakesOver() {
    // given
    bothStable();
    Described before = driver.describe("g");

    // when
    driver.reload();

    // then
    assertThat(driver.describe("g")).isEqualTo(before);
    assertThat(one.heartbeat()).isEqualTo(ErrorCode.NONE);
    assertThat(two.sync(Map.of()).assignment()).isEqualTo(two.memberId + "@1");
    driver.advance(ClassicClient.SESSION_MS);
    assertThat(state()).as("sessions begin anew").isEqualTo(GroupState.EMPTY);
  }

  @Test
  void shouldGoBackToTheLastStableGenerationWhenARebalanceIsLost() {
    // given
    bothStable();
    ClassicClient three = new ClassicClient(driver, "g", "three").join();
    one.join();

    // when
    driver.reload();

    // then
    assertThat(state()).isEqualTo(GroupState.STABLE);
    assertThat(three.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(two.heartbeat()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void shouldRebalanceALoadedGroupThatIsLargerThanAllowed() {
    // given
    bothStable();

    // when
    CoordinatorDriver smaller = driver.reloadedWith(Map.of("group.max.size", "1"));

    // then
    assertThat(smaller.describe("g").state()).isEqualTo(GroupState.PREPARING_REBALANCE);
    assertThat(smaller.describe("g").rebalanceCause())
        .isEqualTo("the group has 2 members, group.max.size allows 1");
  }
}
