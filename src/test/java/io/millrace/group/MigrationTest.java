package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classic members beside those of the consumer protocol, and groups that change between them. */
class MigrationTest {
  private static final int PARTITIONS = 4;

  private Coordination coordination = coordination("bidirectional");

  private static Coordination coordination(String policy) {
    Coordination made =
        new Coordination(
            Map.of(
                "group.consumer.session.timeout.ms", "10000",
                "group.initial.rebalance.delay.ms", "0",
                "group.consumer.migration.policy", policy));
    made.createTopic("orders", PARTITIONS);
    return made;
  }

  private ConsumerClient consumer(String memberId) {
    return new ConsumerClient(coordination, memberId, Optional.empty(), Set.of("orders"));
  }

  private ClassicTestMember classic(boolean isEager) {
    return new ClassicTestMember(coordination, Optional.empty(), isEager, Set.of("orders"));
  }

  private Described describe() {
    return coordination.ask(new GroupRequest.Describe(ConsumerClient.GROUP));
  }

  private void settle(TestMember... members) {
    for (int round = 0; round < 12; round++) {
      for (TestMember member : members) {
        member.poll();
        coordination.advance(1);
        member.giveUp();
        checkOwners(members);
      }
    }
  }

  private static void checkOwners(TestMember... members) {
    Set<PartitionId> owned = new HashSet<>();
    for (TestMember member : members) {
      member.owned().forEach(each -> assertThat(owned.add(each)).as("%s once", each).isTrue());
    }
  }

  private static void checkAllOwned(TestMember... members) {
    checkOwners(members);
    assertThat(List.of(members).stream().mapToInt(member -> member.owned().size()).sum())
        .isEqualTo(PARTITIONS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldTakeAClassicMemberIntoAGroupThatTheServerAssignsTo(boolean isEager) {
    // given
    ConsumerClient consumer = consumer("a");
    consumer.heartbeat();
    ClassicTestMember classic = classic(isEager);

    // when
    settle(classic, consumer);

    // then
    checkAllOwned(classic, consumer);
    assertThat(classic.owned()).hasSize(2);
    assertThat(describe().type()).isEqualTo(GroupType.CONSUMER);
    assertThat(describe().state()).isEqualTo(GroupState.STABLE);
    assertThat(describe().members()).extracting("type").contains(GroupType.CLASSIC);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldUpgradeAClassicGroupAndKeepWhatItsMembersOwn(boolean isEager) {
    // given
    ClassicTestMember classic = classic(isEager);
    settle(classic);
    assertThat(classic.owned()).hasSize(PARTITIONS);
    assertThat(describe().type()).isEqualTo(GroupType.CLASSIC);
    ConsumerClient consumer = consumer("a");

    // when
    consumer.heartbeat();

    // then
    assertThat(describe().type()).isEqualTo(GroupType.CONSUMER);
    assertThat(consumer.owned()).isEmpty();
    settle(classic, consumer);
    checkAllOwned(classic, consumer);
    assertThat(consumer.owned()).hasSize(2);
  }

  @Test
  void shouldNotGiveAwayWhatAnUpgradedMemberHasNotHeardThatItLost() {
    // given: a cooperative member that was assigned nothing any more, and missed that answer
    ClassicTestMember classic = classic(false);
    settle(classic);
    classic.subscribe(Set.of());
    classic.poll();
    classic.loseNextReply();
    classic.poll();
    assertThat(classic.owned()).hasSize(PARTITIONS);
    ConsumerClient consumer = consumer("a");

    // when
    consumer.heartbeat();
    consumer.heartbeat();

    // then
    assertThat(consumer.owned()).isEmpty();
    settle(classic, consumer);
    assertThat(consumer.owned()).hasSize(PARTITIONS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldDowngradeWhenTheLastConsumerMemberLeaves(boolean isEager) {
    // given
    ConsumerClient consumer = consumer("a");
    ClassicTestMember one = classic(isEager);
    ClassicTestMember other = classic(isEager);
    settle(consumer, one, other);

    // when
    consumer.leave();

    // then
    assertThat(describe().type()).isEqualTo(GroupType.CLASSIC);
    settle(one, other);
    checkAllOwned(one, other);
    assertThat(describe().state()).isEqualTo(GroupState.STABLE);
  }

  @Test
  void shouldDowngradeWhenTheLastConsumerMemberIsSilent() {
    // given
    ConsumerClient consumer = consumer("a");
    ClassicTestMember classic = classic(false);
    settle(consumer, classic);

    // when
    for (int beat = 0; beat < 6; beat++) {
      coordination.advance(2_000);
      classic.poll();
    }

    // then
    assertThat(describe().type()).isEqualTo(GroupType.CLASSIC);
    settle(classic);
    checkAllOwned(classic);
  }

  @Test
  void shouldRebalanceADowngradedGroupThatIsLoadedAgain() {
    // given
    ConsumerClient consumer = consumer("a");
    ClassicTestMember one = classic(false);
    ClassicTestMember other = classic(false);
    settle(consumer, one, other);
    consumer.leave();

    // when
    coordination.compactAndReload();
    one.reconnect();
    other.reconnect();
    settle(one, other);

    // then
    assertThat(describe().type()).isEqualTo(GroupType.CLASSIC);
    checkAllOwned(one, other);
  }

  @Test
  void shouldLeaveNothingOfTheOtherKindInTheLog() {
    // given
    ConsumerClient consumer = consumer("a");
    ClassicTestMember classic = classic(false);
    settle(consumer, classic);
    consumer.leave();
    settle(classic);

    // when
    coordination.compactAndReload();

    // then
    assertThat(coordination.log()).hasOnlyElementsOfType(GroupRecord.ClassicGroupStored.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"disabled", "downgrade"})
  void shouldNotUpgradeAgainstThePolicy(String policy) {
    // given
    coordination = coordination(policy);
    settle(classic(false));

    // when
    var done = consumer("a").heartbeat();

    // then
    assertThat(done.error().code()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    assertThat(done.error().reason()).contains("group.consumer.migration.policy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"disabled", "upgrade"})
  void shouldNotDowngradeAgainstThePolicy(String policy) {
    // given
    coordination = coordination(policy);
    ConsumerClient consumer = consumer("a");
    ClassicTestMember classic = classic(false);
    settle(consumer, classic);

    // when
    consumer.leave();
    settle(classic);

    // then
    assertThat(describe().type()).isEqualTo(GroupType.CONSUMER);
    checkAllOwned(classic);
  }

  @Test
  void shouldChangeAnEmptyGroupWhateverThePolicy() {
    // given
    coordination = coordination("disabled");
    ConsumerClient consumer = consumer("a");
    ClassicTestMember classic = classic(false);
    settle(consumer);
    consumer.leave();

    // when
    settle(classic);
    GroupType afterClassic = describe().type();
    classic.leave();
    consumer.heartbeat();

    // then
    assertThat(afterClassic).isEqualTo(GroupType.CLASSIC);
    assertThat(describe().type()).isEqualTo(GroupType.CONSUMER);
  }

  @Test
  void shouldNotLetInMembersThatAreNoConsumers() {
    // given
    consumer("a").heartbeat();

    // when
    var joined =
        coordination.ask(
            new GroupRequest.Join(
                ConsumerClient.GROUP,
                new GroupRequest.Member("", Optional.empty()),
                new GroupRequest.ClientOrigin("worker", "host"),
                ClassicTestMember.SESSION_MS,
                ClassicTestMember.REBALANCE_TIMEOUT_MS,
                "connect",
                List.of(
                    new GroupRequest.Protocol(
                        "sessioned", PlainSubscriptions.subscriptionOf(List.of(), List.of()))),
                false,
                false,
                ""));

    // then
    assertThat(joined.error().code()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void shouldGoBackWhenAStaticMemberComesBackAsAClassicOne() {
    // given
    ConsumerClient before =
        new ConsumerClient(coordination, "x", Optional.of("instance"), Set.of("orders"));
    ClassicTestMember other = classic(false);
    settle(before, other);
    before.owned().clear(); // its process ended
    ClassicTestMember after =
        new ClassicTestMember(coordination, Optional.of("instance"), false, Set.of("orders"));

    // when
    settle(after, other);

    // then
    assertThat(describe().type()).isEqualTo(GroupType.CLASSIC);
    checkAllOwned(after, other);
  }

  @Test
  void shouldRemoveAClassicMemberThatDoesNotJoinAgain() {
    // given
    ConsumerClient consumer = consumer("a");
    ClassicTestMember classic = classic(false);
    settle(consumer, classic);
    String memberId = classic.memberId();
    int generation = classic.generation();
    consumer("b").heartbeat();

    // when
    for (int beat = 0; beat < 10; beat++) {
      coordination.advance(ClassicTestMember.REBALANCE_TIMEOUT_MS / 8);
      consumer.heartbeat();
      consumer.giveUp();
      coordination.ask(
          new GroupRequest.Heartbeat(
              ConsumerClient.GROUP,
              new GroupRequest.Member(memberId, Optional.empty()),
              generation));
    }

    // then
    assertThat(describe().members()).extracting("member.memberId").doesNotContain(memberId);
  }
}
