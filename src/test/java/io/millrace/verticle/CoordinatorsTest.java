package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Address;
import io.millrace.bus.BusReply;
import io.millrace.bus.CoordinatorReply;
import io.millrace.bus.CoordinatorRequest;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Scope;
import io.millrace.group.CommittedPosition;
import io.millrace.group.GroupRecord;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.log.ManualTime;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The coordinators of a node with one partition, on a log that does what each test says. */
class CoordinatorsTest {
  private static final NodeId SELF = TestNode.SELF;
  private static final NodeId OTHER = new NodeId(8);
  private static final Address<LoopMail> LOOP =
      new Address<>("loop.0.mail", Scope.LOCAL, LoopMail.class);
  private static final TopicImage FLIGHTS = TestNode.topic("flights", 2, 3, Map.of());

  private final ManualTime time = new ManualTime();
  private final ArrayDeque<Runnable> passes = new ArrayDeque<>();
  private final List<BusReply> replies = new ArrayList<>();
  private final ScriptedLog log = new ScriptedLog();
  private ClusterImage latest = ClusterImage.empty();
  private Coordinators coordinators;
  private long nextCorrelation = 1;

  @BeforeEach
  void open() {
    open(Map.of());
  }

  private void open(Map<String, String> given) {
    SettingValues settings = BrokerSettings.of(given);
    coordinators =
        new Coordinators(
            SELF,
            () -> latest,
            TestCoordinators.of(settings),
            new GroupRecordCodec(),
            new Outbox((to, mail) -> replies.addAll(mail.replies())),
            passes::add,
            settings,
            time,
            Metrics.NONE);
    coordinators.useLogs(id -> log);
  }

  @Test
  void shouldAnswerACommitOnceItIsCommitted() {
    // given
    load(4);

    // when
    long id = ask(TestCoordinators.commit("g", "flights", 1, 17));

    // then
    ScriptedLog.Append append = log.appends.remove();
    assertThat(append.condition()).isEqualTo(new AppendCondition(4, 0));
    assertThat(append.records()).isEqualTo(1);
    assertThat(replies).as("nothing is committed yet").isEmpty();
    run(append::committed);
    assertThat(answer(id)).isInstanceOf(GroupResponse.OffsetsCommitted.class);
  }

  @Test
  void shouldNotShowWhatIsNotCommitted() {
    // given
    load(4);
    ask(TestCoordinators.commit("g", "flights", 1, 17));

    // when
    long id = ask(TestCoordinators.positions("g"));

    // then
    assertThat(replies).isEmpty();
    run(log.appends.remove()::committed);
    assertThat(((GroupResponse.OffsetsFetched) answer(id)).offsets())
        .extracting(GroupResponse.CommittedOffset::offset)
        .containsExactly(17L);
  }

  @Test
  void shouldGatherWhatComesWhileAppendsAreUnderWay() {
    // given
    load(4);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ids.add(ask(TestCoordinators.commit("g" + i, "flights", 1, i)));
    }

    // when
    assertThat(log.appends).extracting(ScriptedLog.Append::records).containsExactly(1, 1);
    run(log.appends.remove()::committed);

    // then
    run(log.appends.remove()::committed);
    assertThat(log.appends).extracting(ScriptedLog.Append::records).containsExactly(98);
    assertThat(log.appends.peek().condition()).isEqualTo(new AppendCondition(4, 2));
    run(log.appends.remove()::committed);
    assertThat(replies).hasSize(100);
    assertThat(ids).allSatisfy(id -> assertThat(answer(id)).isNotNull());
  }

  @Test
  void shouldPutWhatComesInOnePassIntoOneBatch() {
    // given
    load(4);

    // when
    for (int i = 0; i < 10; i++) {
      send(TestCoordinators.commit("g" + i, "flights", 1, i));
    }
    settle();

    // then
    assertThat(log.appends).extracting(ScriptedLog.Append::records).containsExactly(10);
  }

  @Test
  void shouldBeginAnotherBatchWhenOneIsFull() {
    // given
    open(Map.of("group.coordinator.batch.bytes", "1024"));
    load(4);

    // when
    for (int i = 0; i < 100; i++) {
      send(TestCoordinators.commit("g" + i, "flights", 1, i));
    }
    settle();

    // then
    assertThat(log.appends).hasSize(2);
    assertThat(log.appends).allSatisfy(append -> assertThat(append.records()).isBetween(5, 30));
  }

  @Test
  void shouldFailWhatWaitsAndLoadAgainWhenAnAppendIsRefused() {
    // given
    load(4);
    long first = ask(TestCoordinators.commit("g", "flights", 1, 17));
    long second = ask(TestCoordinators.commit("g", "flights", 1, 18));
    long third = ask(TestCoordinators.commit("g", "flights", 1, 19));

    // when
    ScriptedLog.Append late = log.appends.peekLast();
    run(() -> log.appends.remove().refused(ErrorCode.APPEND_CONDITION_FAILED));

    // then
    assertThat(List.of(first, second, third))
        .allSatisfy(id -> assertThat(failure(id)).isEqualTo(ErrorCode.NOT_COORDINATOR));
    assertThat(failure(ask(TestCoordinators.positions("g"))))
        .isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    run(late::committed);
    assertThat(replies).as("nobody hears twice").hasSize(4);

    // when
    time.advanceMs(1_000);
    run(coordinators::tick);
    finishLoad(9, position("g", 11));

    // then
    long id = ask(TestCoordinators.positions("g"));
    assertThat(((GroupResponse.OffsetsFetched) answer(id)).offsets())
        .extracting(GroupResponse.CommittedOffset::offset)
        .containsExactly(11L);
  }

  @Test
  void shouldSayThatItIsLoading() {
    // given
    publish(4, SELF);

    // when
    long id = ask(TestCoordinators.positions("g"));

    // then
    assertThat(failure(id)).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(listed()).isEmpty();
  }

  @Test
  void shouldLoadPieceByPieceFromWhereTheLogBegins() {
    // given
    publish(4, SELF);
    assertThat(log.reads.peek().offset()).isZero();

    // when
    run(() -> log.reads.remove().whenRead().accept(new CoordinatorLog.Gone(5)));
    assertThat(log.reads.peek().offset()).isEqualTo(5);
    List<GroupRecord> many = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      many.add(position("g" + i, i));
    }
    run(
        () ->
            log.reads
                .remove()
                .whenRead()
                .accept(new CoordinatorLog.Records(many, 3_000, 2_900, 1)));
    assertThat(log.reads.peek()).extracting(ScriptedLog.Read::offset).isEqualTo(3_000L);
    run(() -> log.reads.remove().whenRead().accept(new CoordinatorLog.End(4, 3_000)));

    // then
    assertThat(listed().orElseThrow()).hasSize(2_500);
  }

  @Test
  void shouldTryAgainWhenTheLogCannotBeRead() {
    // given
    publish(4, SELF);
    run(() -> log.reads.remove().whenRead().accept(new CoordinatorLog.Unreadable("no disk")));
    run(coordinators::tick);
    assertThat(log.reads).as("not at once").isEmpty();

    // when
    time.advanceMs(1_000);
    run(coordinators::tick);

    // then
    finishLoad(0);
    assertThat(listed()).isPresent();
  }

  @Test
  void shouldBeNoCoordinatorWhereAnotherLeads() {
    // given
    load(4);
    long waiting = ask(TestCoordinators.commit("g", "flights", 1, 17));

    // when
    publish(5, OTHER);

    // then
    assertThat(failure(waiting)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(failure(ask(TestCoordinators.positions("g")))).isEqualTo(ErrorCode.NOT_COORDINATOR);
    run(log.appends.remove()::committed);
    assertThat(replies).hasSize(2);
  }

  @Test
  void shouldLoadAgainInANewEpochAndForgetTheLoadThatRan() {
    // given
    publish(4, SELF);
    ScriptedLog.Read stale = log.reads.remove();

    // when
    publish(5, SELF);

    // then
    assertThat(log.reads.peek().leaderEpoch()).isEqualTo(5);
    run(() -> stale.whenRead().accept(new CoordinatorLog.End(4, 100)));
    assertThat(listed()).isEmpty();
    run(() -> log.reads.remove().whenRead().accept(new CoordinatorLog.End(5, 100)));
    assertThat(listed()).isPresent();
  }

  @Test
  void shouldKnowANewerImageThanItWasToldOf() {
    // given
    latest = image(1, 4, SELF);

    // when
    long id = ask(TestCoordinators.positions("g"));

    // then
    assertThat(failure(id)).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  }

  @Test
  void shouldNotBeThereWithoutItsTopic() {
    assertThat(failure(ask(TestCoordinators.positions("g"))))
        .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void shouldAnswerOnceWhatIsForgotten() {
    // given
    load(4);
    long id = ask(TestCoordinators.commit("g", "flights", 1, 17));

    // when
    run(() -> coordinators.onRequest(new CoordinatorRequest.Forget(id, LOOP)));

    // then
    assertThat(failure(id)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    run(log.appends.remove()::committed);
    run(() -> coordinators.onRequest(new CoordinatorRequest.Forget(id, LOOP)));
    assertThat(replies).hasSize(1);
  }

  @Test
  void shouldNotHandleWhatComesTooLate() {
    // given
    load(4);
    long id = nextCorrelation++;

    // when
    run(
        () ->
            coordinators.onRequest(
                new CoordinatorRequest.Ask(
                    id,
                    LOOP,
                    0,
                    TestCoordinators.commit("g", "flights", 1, 17),
                    time.monotonicNanos() - 1)));

    // then
    assertThat(failure(id)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    assertThat(log.appends).isEmpty();
  }

  @Test
  void shouldAnswerWhoeverWaitsWhenItStops() {
    // given
    load(4);
    long waiting = ask(TestCoordinators.commit("g", "flights", 1, 17));

    // when
    coordinators.stop();

    // then
    assertThat(failure(waiting)).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(failure(ask(TestCoordinators.positions("g")))).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }

  @Test
  void shouldDeleteThePositionsOfATopicThatIsDeleted() {
    // given
    load(4, position("g", 11));

    // when
    latest = new ClusterImage(latest.version() + 1, "c", List.of(), List.of(offsetsTopic(4, SELF)));
    run(() -> coordinators.onImage(latest));

    // then
    assertThat(log.appends).extracting(ScriptedLog.Append::records).containsExactly(1);
  }

  // --- what the tests do ---

  private void load(int epoch, GroupRecord... records) {
    publish(epoch, SELF);
    finishLoad(0, records);
    run(coordinators::tick);
  }

  private void finishLoad(long endOffset, GroupRecord... records) {
    ScriptedLog.Read read = log.reads.remove();
    run(
        () ->
            read.whenRead()
                .accept(
                    new CoordinatorLog.Records(List.of(records), endOffset, records.length, 0)));
    ScriptedLog.Read last = log.reads.remove();
    run(() -> last.whenRead().accept(new CoordinatorLog.End(last.leaderEpoch(), endOffset)));
  }

  private void publish(int epoch, NodeId leader) {
    latest = image(latest.version() + 1, epoch, leader);
    run(() -> coordinators.onImage(latest));
  }

  private static ClusterImage image(long version, int epoch, NodeId leader) {
    return new ClusterImage(version, "c", List.of(), List.of(FLIGHTS, offsetsTopic(epoch, leader)));
  }

  private static TopicImage offsetsTopic(int epoch, NodeId leader) {
    TopicImage topic = TestNode.topic("__consumer_offsets", 1, 1, Map.of());
    return new TopicImage(
        topic.id(),
        topic.name(),
        List.of(
            new PartitionImage(
                0, Optional.of(leader), epoch, 0, List.of(SELF, OTHER), List.of(SELF, OTHER))),
        topic.settings());
  }

  private static GroupRecord position(String group, long offset) {
    return new GroupRecord.OffsetCommitted(
        group,
        FLIGHTS.partitionId(1),
        new CommittedPosition(new TopicName("flights"), offset, -1, "", 1_700_000_000_000L, 1));
  }

  private long send(GroupRequest<?> request) {
    long id = nextCorrelation++;
    coordinators.run(
        () ->
            coordinators.onRequest(
                new CoordinatorRequest.Ask(
                    id, LOOP, 0, request, time.monotonicNanos() + 60_000_000_000L)));
    return id;
  }

  private long ask(GroupRequest<?> request) {
    long id = send(request);
    settle();
    return id;
  }

  private Optional<List<GroupResponse.Listed>> listed() {
    long id = nextCorrelation++;
    run(
        () ->
            coordinators.onRequest(
                new CoordinatorRequest.ListGroups(id, LOOP, Set.<GroupState>of(), Set.of())));
    return reply(id) instanceof CoordinatorReply.Listed listed
        ? Optional.of(listed.groups())
        : Optional.empty();
  }

  private void run(Runnable event) {
    coordinators.run(event);
    settle();
  }

  private void settle() {
    while (!passes.isEmpty()) {
      passes.remove().run();
    }
  }

  private BusReply reply(long correlationId) {
    return replies.stream()
        .filter(reply -> reply.correlationId() == correlationId)
        .findFirst()
        .orElseThrow();
  }

  private GroupResponse answer(long correlationId) {
    return ((CoordinatorReply.Answered) reply(correlationId)).response();
  }

  private ErrorCode failure(long correlationId) {
    return ((CoordinatorReply.Failed) reply(correlationId)).error();
  }
}
