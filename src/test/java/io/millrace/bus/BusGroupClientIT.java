package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.InternalTopics;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.testing.TestLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against coordinators and a controller that answer as each test says. */
class BusGroupClientIT {
  private static final NodeId SELF = new NodeId(4);
  private static final int LEADERLESS = InternalTopics.partitionOfGroup("leaderless", 50);
  private static final TopicImage TOPIC =
      new TopicImage(
          new TopicId(7, 9),
          InternalTopics.OFFSETS,
          IntStream.range(0, 50)
              .mapToObj(
                  p ->
                      new PartitionImage(
                          p,
                          p == LEADERLESS ? Optional.empty() : Optional.of(SELF),
                          1,
                          0,
                          List.of(SELF),
                          List.of(SELF)))
              .toList(),
          TopicSettings.of(Map.of()));

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final TypedBus bus = new TypedBus(vertx);
  private final LatestImage latest = new LatestImage();
  private final Admission admission = new Admission(2, 1_000_000);
  private final TestLoop loop = new TestLoop(vertx);
  private final TestLoop node = new TestLoop(vertx);
  private final BlockingQueue<CoordinatorRequest> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<MetadataRequest> changes = new LinkedBlockingQueue<>();
  private LoopBus loopBus;
  private GroupClient client;

  @BeforeEach
  void start() {
    node.run(() -> bus.consume(Addresses.coordinators(), asked::add));
    node.run(() -> bus.consume(Addresses.metadata(), changes::add));
    loopBus =
        loop.call(
            () -> LoopBus.open(vertx, bus, TimeSource.SYSTEM, new BusLimits(4, 1_000, 5, 500)));
    client =
        loop.call(
            () ->
                new BusGroupClient(
                    loopBus,
                    new BusMetadataClient(loopBus, latest, 20_000),
                    admission,
                    BrokerSettings.of(Map.of())));
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldAskTheCoordinatorOfTheGroup() throws Exception {
    // given
    latest.set(image(1));
    GroupClient.Asked<GroupResponse.Done> question = ask("flights", 60_000);
    CoordinatorRequest.Ask request = next(CoordinatorRequest.Ask.class);
    GroupResponse.Done answer = new GroupResponse.Done(GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID));

    // when
    reply(request, new CoordinatorReply.Answered(request.correlationId(), answer));

    // then
    assertThat(get(question.answer())).isEqualTo(answer);
    assertThat(request.partition()).isEqualTo(InternalTopics.partitionOfGroup("flights", 50));
    assertNothingPending();
  }

  @Test
  void shouldFailWithWhatTheNodeSays() {
    // given
    latest.set(image(1));
    GroupClient.Asked<GroupResponse.Done> question = ask("flights", 60_000);
    CoordinatorRequest.Ask request = next(CoordinatorRequest.Ask.class);

    // when
    reply(
        request,
        new CoordinatorReply.Failed(
            request.correlationId(), ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, "wait"));

    // then
    assertFails(question.answer(), ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    assertNothingPending();
  }

  @Test
  void shouldFailAtTheDeadlineAndTellTheCoordinatorToForget() {
    // given
    latest.set(image(1));
    GroupClient.Asked<GroupResponse.Done> question = ask("flights", 30);
    CoordinatorRequest.Ask request = next(CoordinatorRequest.Ask.class);

    // when
    CoordinatorRequest.Forget forget = next(CoordinatorRequest.Forget.class);

    // then
    assertFails(question.answer(), ErrorCode.REQUEST_TIMED_OUT);
    assertThat(forget.correlationId()).isEqualTo(request.correlationId());
    assertThat(admission.messages()).as("the coordinators still hold it").isEqualTo(1);
    reply(
        request,
        new CoordinatorReply.Failed(request.correlationId(), ErrorCode.REQUEST_TIMED_OUT, ""));
    assertNothingPending();
  }

  @Test
  void shouldTellTheCoordinatorThatTheClientHasGone() {
    // given
    latest.set(image(1));
    GroupClient.Asked<GroupResponse.Done> question = ask("flights", 60_000);
    CoordinatorRequest.Ask request = next(CoordinatorRequest.Ask.class);

    // when
    loop.run(question::forget);
    loop.run(question::forget);

    // then
    assertThat(next(CoordinatorRequest.Forget.class).correlationId())
        .isEqualTo(request.correlationId());
    reply(
        request,
        new CoordinatorReply.Failed(request.correlationId(), ErrorCode.REQUEST_TIMED_OUT, ""));
    assertNothingPending();
    assertThat(question.answer().isComplete()).isFalse();
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldRefuseMoreThanMayWait() {
    // given
    latest.set(image(1));
    ask("a", 60_000);
    ask("b", 60_000);

    // when
    GroupClient.Asked<GroupResponse.Done> third = ask("c", 60_000);

    // then
    assertFails(third.answer(), ErrorCode.THROTTLED);
  }

  @Test
  void shouldNotAskWithoutTheTopic() {
    // when
    GroupClient.Asked<GroupResponse.Done> question = ask("flights", 60_000);
    loop.run(question::forget);

    // then
    assertFails(question.answer(), ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldCreateTheTopicOnceAndNameTheLeader() throws Exception {
    // given
    Future<GroupClient.Coordinator> first = loop.call(() -> client.findCoordinator("flights"));
    Future<GroupClient.Coordinator> second = loop.call(() -> client.findCoordinator("other"));
    MetadataRequest.CreateTopic create = (MetadataRequest.CreateTopic) nextOf(changes);

    // when
    node.run(
        () ->
            bus.sender(create.replyTo())
                .send(
                    new LoopMail(
                        List.of(new MetadataReply.TopicChanged(create.correlationId(), TOPIC)))));

    List<CoordinatorRequest.AwaitLoaded> awaited =
        List.of(
            next(CoordinatorRequest.AwaitLoaded.class), next(CoordinatorRequest.AwaitLoaded.class));
    assertThat(List.of(first, second)).as("not loaded yet").noneMatch(Future::isComplete);
    awaited.forEach(this::replyLoaded);

    // then
    int partition = InternalTopics.partitionOfGroup("flights", 50);
    assertThat(awaited)
        .extracting(CoordinatorRequest.AwaitLoaded::partition)
        .containsExactlyInAnyOrder(partition, InternalTopics.partitionOfGroup("other", 50));
    assertThat(get(first))
        .isEqualTo(new GroupClient.Coordinator(SELF, TOPIC.partitionId(partition)));
    assertThat(get(second).node()).isEqualTo(SELF);
    assertThat(create.name()).isEqualTo(InternalTopics.OFFSETS);
    assertThat(create.partitions()).isEqualTo(50);
    assertThat(create.settings()).containsEntry("segment.bytes", "1048576");
    assertThat(create.settings()).containsEntry("cleanup.policy", "compact");
    assertThat(create.settings())
        .containsEntry("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
    assertThat(TopicSettings.of(create.settings()).given()).hasSize(4);
    assertThat(changes).isEmpty();
    assertNothingPending();
  }

  @Test
  void shouldSayThatACoordinatorIsNotAvailableIfItIsNotLoadedInTime() {
    // given
    latest.set(image(1));
    GroupClient impatient =
        loop.call(
            () ->
                new BusGroupClient(
                    loopBus,
                    new BusMetadataClient(loopBus, latest, 20_000),
                    admission,
                    BrokerSettings.of(Map.of("group.coordinator.find.timeout.ms", "30"))));

    // when
    Future<GroupClient.Coordinator> found = loop.call(() -> impatient.findCoordinator("flights"));
    CoordinatorRequest request = next(CoordinatorRequest.AwaitLoaded.class);
    CoordinatorRequest.Forget forget = next(CoordinatorRequest.Forget.class);

    // then
    assertFails(found, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(forget.correlationId()).isEqualTo(request.correlationId());
    reply(
        request,
        new CoordinatorReply.Failed(request.correlationId(), ErrorCode.REQUEST_TIMED_OUT, ""));
    assertNothingPending();
  }

  @Test
  void shouldLetACoordinatorBeLookedForAgainThatWasGivenUpMeanwhile() {
    // given
    latest.set(image(1));
    Future<GroupClient.Coordinator> found = loop.call(() -> client.findCoordinator("flights"));
    CoordinatorRequest request = next(CoordinatorRequest.AwaitLoaded.class);

    // when
    reply(
        request,
        new CoordinatorReply.Failed(request.correlationId(), ErrorCode.NOT_COORDINATOR, ""));

    // then
    assertFails(found, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertNothingPending();
  }

  @Test
  void shouldUseTheTopicThatAnotherCreated() throws Exception {
    // given
    Future<GroupClient.Coordinator> found = loop.call(() -> client.findCoordinator("flights"));
    MetadataRequest.CreateTopic create = (MetadataRequest.CreateTopic) nextOf(changes);
    latest.set(image(1));

    // when
    node.run(
        () ->
            bus.sender(create.replyTo())
                .send(
                    new LoopMail(
                        List.of(
                            new MetadataReply.Failed(
                                create.correlationId(), ErrorCode.TOPIC_ALREADY_EXISTS, "")))));
    replyLoaded(next(CoordinatorRequest.AwaitLoaded.class));

    // then
    assertThat(get(found).node()).isEqualTo(SELF);
  }

  @Test
  void shouldSayThatAPartitionHasNoLeader() {
    // given
    latest.set(image(1));

    // when
    Future<GroupClient.Coordinator> found = loop.call(() -> client.findCoordinator("leaderless"));

    // then
    assertFails(found, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void shouldListGroups() throws Exception {
    // given
    Future<List<GroupResponse.Listed>> listed =
        loop.call(
            () -> client.list(Set.of(GroupState.EMPTY), Set.of(GroupType.CLASSIC), inMs(60_000)));
    CoordinatorRequest.ListGroups request = next(CoordinatorRequest.ListGroups.class);
    List<GroupResponse.Listed> groups =
        List.of(new GroupResponse.Listed("g", "consumer", GroupState.EMPTY, GroupType.CLASSIC));

    // when
    reply(request, new CoordinatorReply.Listed(request.correlationId(), groups));

    // then
    assertThat(get(listed)).isEqualTo(groups);
    assertThat(request.states()).containsExactly(GroupState.EMPTY);
    assertNothingPending();
  }

  private static ClusterImage image(long version) {
    return new ClusterImage(version, "c", List.of(), List.of(TOPIC));
  }

  private GroupClient.Asked<GroupResponse.Done> ask(String group, long timeoutMs) {
    return loop.call(
        () ->
            client.ask(
                new GroupRequest.Heartbeat(
                    group, new GroupRequest.Member("m", Optional.empty()), 1),
                inMs(timeoutMs)));
  }

  private static long inMs(long ms) {
    return TimeSource.SYSTEM.monotonicNanos() + ms * 1_000_000;
  }

  private void reply(CoordinatorRequest to, CoordinatorReply reply) {
    node.run(() -> bus.sender(to.replyTo()).send(new LoopMail(List.of(reply))));
    // What was sent before this runs before it.
    loop.run(() -> {});
  }

  private void replyLoaded(CoordinatorRequest request) {
    reply(request, new CoordinatorReply.Loaded(request.correlationId()));
  }

  private <R extends CoordinatorRequest> R next(Class<R> type) {
    return type.cast(nextOf(asked));
  }

  private static <R> R nextOf(BlockingQueue<R> queue) {
    try {
      R next = queue.poll(TestLoop.PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("a message").isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestLoop.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void assertFails(Future<?> future, ErrorCode code) {
    assertThatThrownBy(() -> get(future))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(StreamException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private void assertNothingPending() {
    assertThat(loop.call(() -> loopBus.pendingCalls())).isZero();
    assertThat(admission.messages()).isZero();
    assertThat(admission.bytes()).isZero();
  }
}
