package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.group.GroupResponse.OffsetsDeleted;
import io.millrace.model.group.GroupResponse.OffsetsFetched;
import io.millrace.model.group.GroupState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OffsetsTest {
  private static final TopicName TOPIC = CoordinatorDriver.TOPIC;
  private static final long DAY_MS = 24 * 60 * 60 * 1_000L;
  private static final long RETENTION_MS = 7 * DAY_MS;
  private static final long CHECK_MS = 600_000;

  private final CoordinatorDriver driver = new CoordinatorDriver();
  private final ClassicClient member = new ClassicClient(driver, "g", "one");

  private void memberStable() {
    member.join();
    driver.advance(3_000);
    member.joined();
    member.sync();
  }

  /** Keeps the member alive for so long. */
  private void advanceAlive(long ms) {
    for (long passed = 0; passed < ms; passed += 5_000) {
      driver.advance(5_000);
      assertThat(member.heartbeat()).isEqualTo(ErrorCode.NONE);
    }
  }

  private static TopicPartition partition(int number) {
    return new TopicPartition(TOPIC, number);
  }

  @Test
  void shouldKeepWhatAClientOutsideOfAGroupCommits() {
    // when
    driver.commit("simple", 1, 42);
    driver.reload();

    // then
    OffsetsFetched fetched =
        driver.ask(
            new GroupRequest.FetchOffsets(
                "simple", null, -1, List.of(partition(1), partition(0)), true));
    assertThat(fetched.offsets())
        .containsExactly(
            new CommittedOffset(partition(1), 42, 5, "text", GroupError.NONE),
            new CommittedOffset(partition(0), -1, -1, "", GroupError.NONE));
    assertThat(driver.describe("simple").state()).isEqualTo(GroupState.EMPTY);
    assertThat(driver.coordinator().list(Set.of(GroupState.EMPTY), Set.of()))
        .extracting(group -> group.groupId())
        .containsExactly("simple");
    assertThat(driver.coordinator().list(Set.of(GroupState.STABLE), Set.of())).isEmpty();
  }

  @Test
  void shouldRefuseWhatCannotBeCommittedPartitionByPartition() {
    // when
    var committed =
        driver.ask(
            new GroupRequest.CommitOffsets(
                "g",
                new Member("", Optional.empty()),
                -1,
                List.of(
                    new OffsetCommit(partition(0), 1, -1, "x".repeat(4_096)),
                    new OffsetCommit(partition(1), 1, -1, "x".repeat(4_095) + "ü"),
                    new OffsetCommit(partition(4), 1, -1, ""),
                    new OffsetCommit(new TopicPartition(new TopicName("absent"), 0), 1, -1, ""))));

    // then
    assertThat(committed.partitions())
        .extracting(result -> result.error().code())
        .containsExactly(
            ErrorCode.NONE,
            ErrorCode.OFFSET_METADATA_TOO_LARGE,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(driver.committed("g")).containsOnlyKeys(0);
  }

  @Test
  void shouldLetOnlyMembersOfTheGenerationCommitWhileThereAreAny() {
    // given
    memberStable();
    Member stranger = new Member("stranger", Optional.empty());

    // then
    assertThat(member.commit(0, 7)).isEqualTo(ErrorCode.NONE);
    assertThat(driver.commit("g", 0, 1).error().code()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(driver.commit("g", stranger, 1, 0, 1).error().code())
        .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(driver.commit("g", member.member(), 0, 0, 1).error().code())
        .isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    assertThat(driver.commit("nowhere", stranger, 3, 0, 1).error().code())
        .isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    assertThat(driver.committed("g")).isEqualTo(Map.of(0, 7L));
  }

  @Test
  void shouldAllowCommitsUntilTheNextGenerationBegins() {
    // given
    memberStable();
    ClassicClient other = new ClassicClient(driver, "g", "other").join();

    // when: members commit what they give up
    ErrorCode whilePreparing = member.commit(0, 7);
    member.join();
    member.joined();
    ErrorCode whileCompleting = member.commit(0, 8);

    // then
    assertThat(other.joined().generation()).isEqualTo(2);
    assertThat(whilePreparing).isEqualTo(ErrorCode.NONE);
    assertThat(whileCompleting).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(driver.committed("g")).isEqualTo(Map.of(0, 7L));
  }

  @Test
  void shouldTakeACommitAsASignOfLife() {
    // given
    memberStable();

    // when
    for (int i = 0; i < 5; i++) {
      driver.advance(ClassicClient.SESSION_MS - 1);
      assertThat(member.commit(0, i)).isEqualTo(ErrorCode.NONE);
    }

    // then
    assertThat(driver.describe("g").state()).isEqualTo(GroupState.STABLE);
  }

  @Test
  void shouldDeleteOnlyPositionsThatNoMemberUses() {
    // given
    driver.createTopic(new TopicName("old"), 1, 9);
    TopicPartition old = new TopicPartition(new TopicName("old"), 0);
    driver.commit("g", 0, 5);
    driver.ask(
        new GroupRequest.CommitOffsets(
            "g", new Member("", Optional.empty()), -1, List.of(new OffsetCommit(old, 3, -1, ""))));
    memberStable();

    // when
    OffsetsDeleted deleted =
        driver.ask(new GroupRequest.DeleteOffsets("g", List.of(partition(0), old, partition(9))));

    // then
    assertThat(deleted.partitions())
        .extracting(result -> result.error().code())
        .containsExactly(
            ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
            ErrorCode.NONE,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(driver.committed("g")).isEqualTo(Map.of(0, 5L));
    assertThat(driver.ask(new GroupRequest.DeleteOffsets("none", List.of())).error().code())
        .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  @Test
  void shouldForgetPositionsInATopicThatIsDeleted() {
    // given
    driver.commit("g", 0, 5);
    driver.commit("h", 1, 5);

    // when
    driver.deleteTopic(TOPIC);

    // then
    assertThat(driver.keyCount()).isZero();
    driver.createTopic(TOPIC, 4, 2);
    assertThat(driver.committed("g")).isEmpty();
  }

  @Test
  void shouldNotInheritPositionsFromATopicOfTheSameNameThatWasDeletedUnseen() {
    // given
    driver.commit("g", 0, 5);

    // when
    driver.deleteTopicUnseen(TOPIC);
    driver.reload();
    driver.createTopic(TOPIC, 4, 2);

    // then
    assertThat(driver.committed("g")).isEmpty();
    assertThat(driver.keyCount()).isZero();
  }

  @Test
  void shouldKeepPositionsInATopicThatAnOldImageDoesNotKnowYet() {
    // given
    driver.commit("g", 0, 5);

    // when
    driver.reloadWithImageFromBeforeTheTopic();

    // then
    assertThat(driver.keyCount()).isEqualTo(1);
    driver.reload();
    assertThat(driver.committed("g")).isEqualTo(Map.of(0, 5L));
  }

  @Test
  void shouldExpireCommitsOutsideOfAGroupAfterTheRetention() {
    // given
    driver.commit("simple", 0, 5);
    driver.advance(DAY_MS);
    driver.commit("simple", 1, 5);

    // when
    driver.advance(RETENTION_MS - DAY_MS - 1);
    Map<Integer, Long> before = driver.committed("simple");
    driver.advance(CHECK_MS);

    // then
    assertThat(before).containsOnlyKeys(0, 1);
    assertThat(driver.committed("simple")).containsOnlyKeys(1);
    driver.advance(DAY_MS + CHECK_MS);
    assertThat(driver.describe("simple").state()).isEqualTo(GroupState.DEAD);
  }

  @Test
  void shouldExpireAGroupAfterItBecameEmptyHoweverOldItsCommitsAre() {
    // given
    memberStable();
    member.commit(0, 5);
    advanceAlive(RETENTION_MS / 100);
    member.leave("");

    // when
    driver.advance(RETENTION_MS - CHECK_MS - 1);
    Map<Integer, Long> before = driver.committed("g");
    driver.reload();
    driver.advance(2 * CHECK_MS);

    // then
    assertThat(before).isEqualTo(Map.of(0, 5L));
    assertThat(driver.describe("g").state()).isEqualTo(GroupState.DEAD);
    assertThat(driver.keyCount()).isZero();
  }

  @Test
  void shouldExpireNothingThatAMemberReads() {
    // given
    CoordinatorDriver brief = new CoordinatorDriver(Map.of("offsets.retention.minutes", "1"));
    ClassicClient client = new ClassicClient(brief, "g", "c").join();
    brief.advance(3_000);
    client.joined();
    client.sync();
    client.commit(0, 5);

    // when
    for (int i = 0; i < 300; i++) {
      brief.advance(5_000);
      client.heartbeat();
    }

    // then
    assertThat(brief.committed("g")).isEqualTo(Map.of(0, 5L));
  }

  @Test
  void shouldExpireNothingEarlyWhenTheClockIsSet() {
    // given
    driver.commit("simple", 0, 5);

    // when
    driver.setClockForward(30 * DAY_MS);
    driver.advance(2 * CHECK_MS);

    // then
    assertThat(driver.committed("simple")).containsOnlyKeys(0);
  }
}
