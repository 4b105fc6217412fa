package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.DeleteGroup;
import io.millrace.protocol.stream.message.DeleteOffsets;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.GroupDeleted;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.GroupMember;
import io.millrace.protocol.stream.message.GroupsListed;
import io.millrace.protocol.stream.message.ListGroups;
import io.millrace.protocol.stream.message.OffsetsDeleted;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.millrace.protocol.stream.message.OffsetsReset;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.ResetOffsets;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams as members of consumer groups, with a real coordinator. */
final class GroupStreamTest {
  private static final int HEARTBEAT_MS = 5_000;
  private SessionFixture fixture;
  private TopicImage topic;

  @BeforeEach
  void open() {
    fixture = SessionFixture.greeted(WireFormat.AVRO);
    topic = fixture.broker.topic("t", 2);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Subscribe.Builder member(int streamId) {
    return Subscribe.newBuilder()
        .setStreamId(streamId)
        .setTopics(List.of("t"))
        .setStart("earliest")
        .setOffsets(List.of())
        .setGroup("g")
        .setCreditRecords(100)
        .setCreditBytes(1 << 20);
  }

  private <T> List<T> taken(Class<T> kind) {
    return only(fixture.transport.take(), kind);
  }

  private static <T> List<T> only(List<SpecificRecord> messages, Class<T> kind) {
    return messages.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Lets members send their heartbeats and the coordinator its timeouts, some times. */
  private void beats(int times) {
    for (int i = 0; i < times; i++) {
      fixture.pass(HEARTBEAT_MS);
      fixture.groups.tick();
    }
  }

  private long committed(int partition) {
    fixture.send(new FetchOffsets(99L, "g", List.of(new StreamPartition("t", partition))));
    OffsetsFetched fetched = taken(OffsetsFetched.class).get(0);
    return fetched.getOffsets().get(0).getOffset();
  }

  @Test
  void shouldReadWhatItsGroupAssigns() {
    // given
    fixture.broker.append(topic, 0, "a", "b");
    fixture.broker.append(topic, 1, "c");

    // when
    fixture.send(member(1).build());

    // then
    List<SpecificRecord> messages = fixture.transport.take();
    assertThat(only(messages, Subscribed.class).get(0).getPositions()).isEmpty();
    List<Assigned> assigned = only(messages, Assigned.class);
    assertThat(assigned.stream().flatMap(a -> a.getPositions().stream()))
        .extracting(Position::getPartition, Position::getNextOffset)
        .containsExactlyInAnyOrder(tuple(0, 0L), tuple(1, 0L));
    assertThat(assigned.get(assigned.size() - 1).getMemberEpoch()).isPositive();
    assertThat(SessionFixture.values(messages)).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void shouldCommitByItselfWhatCreditAcknowledges() {
    // given
    fixture.broker.append(topic, 0, "a", "b");
    fixture.send(member(1).build());
    fixture.broker.append(topic, 0, "c");
    fixture.send(new Credit(1, 2L, 100L));
    fixture.transport.take();

    // when
    fixture.pass(5_000);

    // then: c was delivered, but not acknowledged
    List<Committed> commits = taken(Committed.class);
    assertThat(commits.get(0).getRequestId()).isNull();
    assertThat(commits.get(0).getOffsets())
        .extracting(CommittedPosition::getPartition, CommittedPosition::getOffset)
        .containsExactlyInAnyOrder(tuple(0, 2L), tuple(1, 0L));
    assertThat(committed(0)).isEqualTo(2);
  }

  @Test
  void shouldAnswerCommitsAndGoOnFromThem() {
    // given
    fixture.broker.append(topic, 0, "a", "b", "c");
    fixture.send(member(1).setAutoCommitIntervalMs(0).build());
    fixture.transport.take();

    // when
    fixture.send(new Commit(7L, 1, List.of(new CommitPosition("t", 0, 2L, -1, "note"))));
    fixture.send(new Unsubscribe(1));
    List<SpecificRecord> answers = fixture.transport.take();
    fixture.send(member(2).build());

    // then
    assertThat(only(answers, Committed.class))
        .containsExactly(
            new Committed(7L, 1, List.of(new CommittedPosition("t", 0, 2L, -1, "note", 0, ""))));
    assertThat(SessionFixture.values(only(fixture.transport.take(), Records.class)))
        .containsExactly("c");
  }

  @Test
  void shouldCommitEverythingDeliveredIfNothingIsNamed() {
    // given
    fixture.broker.append(topic, 0, "a", "b", "c");
    fixture.send(member(1).setAutoCommitIntervalMs(0).build());
    fixture.transport.take();

    // when
    fixture.send(new Commit(7L, 1, List.of()));

    // then
    assertThat(taken(Committed.class).get(0).getOffsets())
        .extracting(CommittedPosition::getPartition, CommittedPosition::getOffset)
        .containsExactlyInAnyOrder(tuple(0, 3L), tuple(1, 0L));
  }

  @Test
  void shouldRefuseToCommitWhatItDoesNotHave() {
    // given
    fixture.send(member(1).build());
    fixture.transport.take();

    // when
    fixture.send(new Commit(7L, 1, List.of(new CommitPosition("other", 0, 2L, -1, ""))));

    // then
    assertThat(taken(Error.class))
        .singleElement()
        .satisfies(error -> assertThat(error.getRequestId()).isEqualTo(7L))
        .satisfies(error -> assertThat(error.getName()).isEqualTo("ILLEGAL_GENERATION"));
  }

  @Test
  void shouldGiveAPartitionToAnotherOnlyWhenItIsReleased() {
    // given
    fixture.broker.append(topic, 0, "a");
    fixture.broker.append(topic, 1, "b");
    fixture.send(member(1).build());
    fixture.transport.take();
    fixture.send(member(2).build());
    fixture.pass(HEARTBEAT_MS);
    List<SpecificRecord> told = fixture.transport.take();
    Revoked revoked = only(told, Revoked.class).get(0);
    StreamPartition moving = revoked.getPartitions().get(0);

    // when
    fixture.broker.append(topic, moving.getPartition(), "later");
    beats(2);
    List<SpecificRecord> before = fixture.transport.take();
    fixture.send(new Credit(1, 2L, 100L));
    fixture.send(new Released(1, List.of(moving)));
    beats(2);

    // then
    assertThat(revoked.getStreamId()).isEqualTo(1);
    assertThat(revoked.getDeadlineMs()).isEqualTo(60_000);
    assertThat(SessionFixture.values(before)).isEmpty();
    List<SpecificRecord> after = fixture.transport.take();
    assertThat(SessionFixture.values(after)).containsExactly("later");
    assertThat(only(after, Records.class)).allMatch(records -> records.getStreamId() == 2);
    assertThat(only(after, Assigned.class))
        .filteredOn(a -> !a.getPositions().isEmpty())
        .singleElement()
        .satisfies(a -> assertThat(a.getStreamId()).isEqualTo(2))
        .satisfies(a -> assertThat(a.getPositions().get(0).getNextOffset()).isEqualTo(1));
  }

  @Test
  void shouldNotTakeCreditAfterReleasedForAnAcknowledgement() {
    // given: everything is delivered, nothing acknowledged, and one partition is to be released
    fixture.broker.append(topic, 0, "a", "b");
    fixture.broker.append(topic, 1, "c", "d");
    fixture.send(member(1).setAutoCommitIntervalMs(60_000).build());
    fixture.transport.take();
    fixture.send(member(2).build());
    fixture.pass(HEARTBEAT_MS);
    int moving = taken(Revoked.class).get(0).getPartitions().get(0).getPartition();

    // when: the client drops what it had, while the commit of what it released takes its time
    fixture.groups.failures.add(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    fixture.send(new Released(1, List.of()));
    fixture.send(new Credit(1, 4L, 100L));
    fixture.send(new Unsubscribe(1));
    fixture.pass(100);

    // then: whoever reads it next gets all of it
    assertThat(fixture.groups.asked(GroupRequest.CommitOffsets.class).stream())
        .flatMap(GroupRequest.CommitOffsets::offsets)
        .extracting(offset -> offset.partition().partition() + "@" + offset.offset())
        .containsExactlyInAnyOrder(moving + "@0", (1 - moving) + "@2");
  }

  @Test
  void shouldPassOverAMemberThatDoesNotRelease() {
    // given
    fixture.send(member(1).setRebalanceTimeoutMs(10_000).build());
    fixture.send(member(2).build());
    beats(1);
    fixture.transport.take();

    // when
    beats(4);

    // then
    List<SpecificRecord> told = fixture.transport.take();
    assertThat(only(told, Error.class))
        .singleElement()
        .satisfies(error -> assertThat(error.getStreamId()).isEqualTo(1))
        .satisfies(error -> assertThat(error.getName()).isEqualTo("MEMBER_TOO_SLOW"));
    assertThat(only(told, Unsubscribed.class)).hasSize(1);
    assertThat(only(told, Assigned.class).stream().flatMap(a -> a.getPositions().stream()))
        .hasSizeGreaterThanOrEqualTo(1);
    assertThat(members()).hasSize(1);
  }

  private List<GroupMember> members() {
    fixture.send(new DescribeGroup(98L, "g"));
    return taken(GroupDescribed.class).get(0).getMembers();
  }

  @Test
  void shouldPassOverAMemberThatOwesAnAnswerForTooLong() {
    // given
    fixture.broker.append(topic, 0, "a");
    fixture.send(member(1).setMaxPollIntervalMs(20_000).build());
    fixture.transport.take();
    beats(3);
    fixture.send(new Credit(1, 0L, 0L));
    beats(3);
    assertThat(taken(Error.class)).isEmpty();

    // when
    beats(1);

    // then
    assertThat(taken(Error.class)).extracting(Error::getName).containsExactly("MEMBER_TOO_SLOW");
    assertThat(members()).isEmpty();
  }

  @Test
  void shouldLetAMemberBeSilentThatOwesNothing() {
    // given
    fixture.broker.append(topic, 0, "a");
    fixture.send(member(1).setMaxPollIntervalMs(10_000).build());
    fixture.send(new Credit(1, 1L, 100L));

    // when
    beats(10);

    // then
    assertThat(taken(Error.class)).isEmpty();
    assertThat(members()).hasSize(1);
  }

  @Test
  void shouldJoinAgainWhenTheGroupWentOnWithoutIt() {
    // given
    fixture.send(member(1).build());
    Assigned last = last(taken(Assigned.class));
    fixture.groups.ask(
        new GroupRequest.ConsumerHeartbeat(
            "g",
            new GroupRequest.Member(last.getMemberId(), Optional.empty()),
            new GroupRequest.ClientOrigin("", ""),
            -1,
            null,
            -1,
            null,
            null,
            null,
            null),
        Long.MAX_VALUE);

    // when
    beats(2);

    // then
    List<SpecificRecord> told = fixture.transport.take();
    assertThat(only(told, Revoked.class))
        .singleElement()
        .satisfies(revoked -> assertThat(revoked.getLost()).isTrue())
        .satisfies(revoked -> assertThat(revoked.getPartitions()).hasSize(2));
    assertThat(only(told, Assigned.class).stream().flatMap(a -> a.getPositions().stream()))
        .hasSize(2);
  }

  private static Assigned last(List<Assigned> all) {
    return all.get(all.size() - 1);
  }

  @Test
  void shouldCommitAndLeaveWhenTheConnectionEnds() {
    // given
    fixture.broker.append(topic, 0, "a");
    fixture.send(member(1).build());
    fixture.send(new Credit(1, 1L, 100L));

    // when
    fixture.session.onClosed();

    // then
    List<GroupRequest.CommitOffsets> commits =
        fixture.groups.asked(GroupRequest.CommitOffsets.class);
    assertThat(commits.get(commits.size() - 1).offsets())
        .extracting(offset -> offset.partition().partition() + "@" + offset.offset())
        .containsExactlyInAnyOrder("0@1", "1@0");
    assertThat(lastBeat().memberEpoch()).isEqualTo(-1);
  }

  private GroupRequest.ConsumerHeartbeat lastBeat() {
    List<GroupRequest.ConsumerHeartbeat> beats =
        fixture.groups.asked(GroupRequest.ConsumerHeartbeat.class);
    return beats.get(beats.size() - 1);
  }

  @Test
  void shouldGoOnAsTheSameMemberOnAnotherConnection() {
    // given
    fixture.send(member(1).setMemberId("me").build());
    int epoch = last(taken(Assigned.class)).getMemberEpoch();
    fixture.session.onClosed();

    // when
    SessionFixture.Client again = fixture.another();
    again.send(member(1).setMemberId("me").setMemberEpoch(epoch).build());

    // then
    assertThat(lastBeat().memberEpoch()).isEqualTo(epoch);
    List<Assigned> assigned = only(again.transport.take(), Assigned.class);
    assertThat(last(assigned).getPositions()).hasSize(2);
    assertThat(last(assigned).getMemberEpoch()).isEqualTo(epoch);
    again.session.onClosed();
  }

  @Test
  void shouldLetTheOlderOfTwoConnectionsOfOneMemberSayNothingMore() {
    // given
    fixture.broker.append(topic, 0, "a");
    fixture.send(member(1).setMemberId("me").build());
    int epoch = last(taken(Assigned.class)).getMemberEpoch();
    fixture.send(new Credit(1, 1L, 100L));

    // when
    SessionFixture.Client again = fixture.another();
    again.send(member(1).setMemberId("me").setMemberEpoch(epoch).build());
    fixture.groups.asked.clear();
    fixture.send(new Commit(7L, 1, List.of()));
    beats(1);

    // then
    List<SpecificRecord> told = fixture.transport.take();
    assertThat(only(told, Error.class))
        .extracting(Error::getName)
        .containsExactly("FENCED_MEMBER_EPOCH", "FENCED_MEMBER_EPOCH");
    assertThat(only(told, Unsubscribed.class)).hasSize(1);
    assertThat(fixture.groups.asked(GroupRequest.ConsumerHeartbeat.class))
        .allMatch(beat -> beat.origin().clientId().equals("other"));
    assertThat(fixture.groups.asked(GroupRequest.CommitOffsets.class)).hasSize(1);
    again.session.onClosed();
  }

  @Test
  void shouldTakeOverItsIdWhenItsEpochIsOld() {
    // given
    fixture.send(member(1).setMemberId("me").build());
    fixture.session.onClosed();

    // when
    SessionFixture.Client again = fixture.another();
    again.send(member(1).setMemberId("me").build());

    // then
    List<SpecificRecord> told = again.transport.take();
    assertThat(only(told, Error.class)).isEmpty();
    assertThat(last(only(told, Assigned.class)).getPositions()).hasSize(2);
    again.session.onClosed();
  }

  @Test
  void shouldKeepAStaticMembersPlace() {
    // given
    fixture.send(member(1).setInstanceId("desk-1").build());
    String memberId = last(taken(Assigned.class)).getMemberId();
    fixture.session.onClosed();
    assertThat(lastBeat().memberEpoch()).isEqualTo(-2);

    // when
    SessionFixture.Client again = fixture.another();
    again.send(member(1).setInstanceId("desk-1").build());

    // then
    Assigned assigned = last(only(again.transport.take(), Assigned.class));
    assertThat(assigned.getPositions()).hasSize(2);
    assertThat(assigned.getMemberId()).isNotEqualTo(memberId);
    again.session.onClosed();
  }

  @Test
  void shouldTryAgainWhileTheCoordinatorIsLoading() {
    // given
    fixture.groups.failures.add(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    fixture.groups.failures.add(ErrorCode.NOT_COORDINATOR);

    // when
    fixture.send(member(1).build());
    assertThat(fixture.transport.take()).isEmpty();
    fixture.pass(100);
    fixture.pass(200);
    fixture.pass(200);

    // then
    assertThat(last(taken(Assigned.class)).getPositions()).hasSize(2);
  }

  @Test
  void shouldTryACommitAgainAndAnswerItOnce() {
    // given
    fixture.send(member(1).build());
    fixture.transport.take();
    fixture.groups.failures.add(ErrorCode.NOT_COORDINATOR);

    // when
    fixture.send(new Commit(7L, 1, List.of(new CommitPosition("t", 0, 0L, -1, ""))));
    fixture.send(new Commit(8L, 1, List.of(new CommitPosition("t", 0, 0L, -1, ""))));
    assertThat(fixture.transport.take()).isEmpty();
    fixture.pass(100);

    // then
    assertThat(taken(Committed.class)).extracting(Committed::getRequestId).containsExactly(7L, 8L);
  }

  @Test
  void shouldCommitBeforeTheServerGoesAway() {
    // given
    fixture.broker.append(topic, 0, "a");
    fixture.send(member(1).build());
    fixture.send(new Credit(1, 1L, 100L));

    // when
    fixture.session.goaway("the server stops");

    // then
    assertThat(fixture.groups.asked(GroupRequest.CommitOffsets.class)).hasSize(1);
    assertThat(lastBeat().memberEpoch()).isEqualTo(-1);
    assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.GOING_AWAY);
  }

  @Test
  void shouldReadNewPartitionsFromTheirBeginning() {
    // given
    fixture.send(member(1).setStart("latest").build());
    fixture.transport.take();

    // when
    fixture.broker.growTopic("t", 3);
    TopicImage grown = fixture.broker.image().topics().iterator().next();
    fixture.broker.append(grown, 2, "first");
    beats(2);

    // then
    assertThat(SessionFixture.values(only(fixture.transport.take(), Records.class)))
        .containsExactly("first");
  }

  @Test
  void shouldCommitWhereItWasMovedTo() {
    // given
    fixture.broker.append(topic, 0, "a", "b");
    fixture.send(member(1).build());
    fixture.send(
        new Seek(3L, 1, "offsets", List.of(new StartOffset("t", 0, 1L)), null, null, null));

    // when
    fixture.pass(5_000);

    // then
    assertThat(committed(0)).isEqualTo(1);
  }

  @Test
  void shouldRefuseAGroupThatMakesNoSense() {
    // when
    fixture.send(member(1).setPartitions(List.of(0)).build());
    fixture.send(member(2).setGroup("").build());
    fixture.send(member(3).setGroup(null).setMemberId("me").build());
    fixture.send(member(4).setAssignor("mine").build());
    fixture.send(new Commit(5L, 6, List.of()));

    // then
    assertThat(taken(Error.class))
        .extracting(Error::getName)
        .containsExactly(
            "INVALID_REQUEST",
            "INVALID_GROUP_ID",
            "INVALID_REQUEST",
            "UNSUPPORTED_ASSIGNOR",
            "UNKNOWN_STREAM");
  }

  @Test
  void shouldDeletePositionsThatNoMemberNeeds() {
    // given
    fixture.broker.topic("other", 1);
    fixture.send(member(1).build());
    fixture.send(new Unsubscribe(1));
    CommitPosition mine = new CommitPosition("t", 0, 5L, -1, "");
    CommitPosition others = new CommitPosition("other", 0, 7L, -1, "");
    fixture.send(new ResetOffsets(3L, "g", List.of(mine, others)));
    fixture.send(member(2).build());
    fixture.transport.take();

    // when
    StreamPartition read = new StreamPartition("t", 0);
    StreamPartition unread = new StreamPartition("other", 0);
    fixture.send(new DeleteOffsets(4L, "g", List.of(read, unread)));
    fixture.send(new FetchOffsets(5L, "g", List.of(read, unread)));
    fixture.send(new DeleteOffsets(6L, "nobody", List.of(unread)));
    fixture.send(new DeleteOffsets(7L, "g", List.of()));

    // then
    List<SpecificRecord> answers = fixture.transport.take();
    assertThat(only(answers, OffsetsDeleted.class).get(0).getOffsets())
        .extracting(CommittedPosition::getTopic, CommittedPosition::getErrorCode)
        .containsExactly(tuple("t", ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC.id()), tuple("other", 0));
    assertThat(only(answers, OffsetsFetched.class).get(0).getOffsets())
        .extracting(CommittedPosition::getOffset)
        .containsExactly(5L, -1L);
    assertThat(only(answers, Error.class))
        .extracting(Error::getName)
        .containsExactly("GROUP_ID_NOT_FOUND", "INVALID_REQUEST");
  }

  @Test
  void shouldListDescribeResetAndDeleteGroups() {
    // given
    fixture.send(member(1).build());
    fixture.transport.take();

    // when
    fixture.send(new ListGroups(1L, List.of(), List.of("consumer")));
    fixture.send(new DescribeGroup(2L, "g"));
    fixture.send(new ResetOffsets(3L, "g", List.of(new CommitPosition("t", 0, 0L, -1, ""))));
    fixture.send(new Unsubscribe(1));
    fixture.send(new ResetOffsets(4L, "g", List.of(new CommitPosition("t", 0, 5L, -1, ""))));
    fixture.send(new FetchOffsets(5L, "g", List.of()));
    fixture.send(new DeleteGroup(6L, "g"));
    fixture.send(new DescribeGroup(7L, "g"));

    // then
    List<SpecificRecord> answers = fixture.transport.take();
    assertThat(only(answers, GroupsListed.class).get(0).getGroups())
        .extracting(group -> group.getGroup() + " " + group.getState())
        .containsExactly("g Stable");
    assertThat(only(answers, GroupDescribed.class).get(0).getMembers())
        .singleElement()
        .satisfies(member -> assertThat(member.getClientId()).isEqualTo("test"))
        .satisfies(member -> assertThat(member.getAssignment()).hasSize(2));
    assertThat(only(answers, Error.class))
        .extracting(Error::getName)
        .containsExactly("NON_EMPTY_GROUP", "GROUP_ID_NOT_FOUND");
    assertThat(only(answers, OffsetsReset.class).get(0).getOffsets())
        .extracting(CommittedPosition::getOffset, CommittedPosition::getErrorCode)
        .containsExactly(tuple(5L, 0));
    assertThat(only(answers, OffsetsFetched.class).get(0).getOffsets())
        .extracting(CommittedPosition::getPartition, CommittedPosition::getOffset)
        .contains(tuple(0, 5L));
    assertThat(only(answers, GroupDeleted.class)).hasSize(1);
  }
}
