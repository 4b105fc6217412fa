package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Address;
import io.millrace.bus.BusReply;
import io.millrace.bus.CoordinatorReply;
import io.millrace.bus.CoordinatorRequest;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Scope;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.log.ManualTime;
import io.millrace.model.ErrorCode;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever waits for a coordinator to be loaded, and loads that fail. */
class CoordinatorLoadingTest {
  private static final NodeId SELF = TestNode.SELF;
  private static final NodeId OTHER = new NodeId(8);
  private static final Address<LoopMail> LOOP =
      new Address<>("loop.0.mail", Scope.LOCAL, LoopMail.class);

  private final ManualTime time = new ManualTime();
  private final ArrayDeque<Runnable> passes = new ArrayDeque<>();
  private final List<BusReply> replies = new ArrayList<>();
  private final ScriptedLog log = new ScriptedLog();
  private ClusterImage latest = ClusterImage.empty();
  private Coordinators coordinators;
  private long nextCorrelation = 1;

  @BeforeEach
  void open() {
    SettingValues settings = BrokerSettings.of(Map.of());
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
  void shouldAnswerWhoeverWaitsOnceItIsLoaded() {
    // given
    publish(4, SELF);
    long first = awaitLoaded();
    long second = awaitLoaded();
    assertThat(replies).isEmpty();

    // when
    finishLoad();

    // then
    long late = awaitLoaded();
    assertThat(replies)
        .containsExactlyInAnyOrder(
            new CoordinatorReply.Loaded(first),
            new CoordinatorReply.Loaded(second),
            new CoordinatorReply.Loaded(late));
  }

  @Test
  void shouldAnswerWhoeverWaitsThoughTheFirstLoadFails() {
    // given
    publish(4, SELF);
    long id = awaitLoaded();
    failLoad("no disk");
    assertThat(replies).isEmpty();

    // when
    time.advanceMs(200);
    run(coordinators::tick);
    finishLoad();

    // then
    assertThat(replies).containsExactly(new CoordinatorReply.Loaded(id));
  }

  @Test
  void shouldNotLetAnybodyWaitForACoordinatorOfAnotherNode() {
    // given
    publish(4, SELF);
    long mine = awaitLoaded();

    // when
    publish(5, OTHER);
    long others = awaitLoaded();

    // then
    assertThat(replies).hasSize(2);
    assertThat(failure(mine)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(replies.get(1)).isEqualTo(new CoordinatorReply.Loaded(others));
  }

  @Test
  void shouldAnswerOnceWhoNoLongerWaits() {
    // given
    publish(4, SELF);
    long id = awaitLoaded();

    // when
    run(() -> coordinators.onRequest(new CoordinatorRequest.Forget(id, LOOP)));
    finishLoad();

    // then
    assertThat(replies).hasSize(1);
    assertThat(failure(id)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
  }

  @Test
  void shouldAnswerWhoeverWaitsWhenItStops() {
    // given
    publish(4, SELF);
    long waiting = awaitLoaded();

    // when
    coordinators.stop();

    // then
    assertThat(failure(waiting)).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(failure(awaitLoaded())).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }

  @Test
  void shouldTryLessAndLessOften() {
    // given
    publish(4, SELF);
    List<Integer> waitedMs = new ArrayList<>();

    // when
    for (int i = 0; i < 8; i++) {
      failLoad("no disk");
      int ms = 0;
      while (log.reads.isEmpty()) {
        time.advanceMs(100);
        ms += 100;
        run(coordinators::tick);
      }
      waitedMs.add(ms);
    }

    // then
    assertThat(waitedMs).containsExactly(200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000);
  }

  @Test
  void shouldTryAtOnceInANewEpoch() {
    // given
    publish(4, SELF);
    for (int i = 0; i < 5; i++) {
      failLoad("no disk");
      time.advanceMs(10_000);
      run(coordinators::tick);
    }
    failLoad("no disk");

    // when
    publish(5, SELF);

    // then
    failLoad("no disk");
    time.advanceMs(200);
    run(coordinators::tick);
    assertThat(log.reads).hasSize(1);
  }

  private long awaitLoaded() {
    long id = nextCorrelation++;
    run(() -> coordinators.onRequest(new CoordinatorRequest.AwaitLoaded(id, LOOP, 0)));
    return id;
  }

  private void finishLoad() {
    ScriptedLog.Read read = log.reads.remove();
    run(() -> read.whenRead().accept(new CoordinatorLog.End(read.leaderEpoch(), 0)));
  }

  private void failLoad(String reason) {
    ScriptedLog.Read read = log.reads.remove();
    run(() -> read.whenRead().accept(new CoordinatorLog.Unreadable(reason)));
  }

  private void publish(int epoch, NodeId leader) {
    TopicImage topic = TestNode.topic("__consumer_offsets", 1, 1, Map.of());
    TopicImage led =
        new TopicImage(
            topic.id(),
            topic.name(),
            List.of(
                new PartitionImage(
                    0, Optional.of(leader), epoch, 0, List.of(SELF, OTHER), List.of(SELF, OTHER))),
            topic.settings());
    latest = new ClusterImage(latest.version() + 1, "c", List.of(), List.of(led));
    run(() -> coordinators.onImage(latest));
  }

  private void run(Runnable event) {
    coordinators.run(event);
    while (!passes.isEmpty()) {
      passes.remove().run();
    }
  }

  private ErrorCode failure(long correlationId) {
    return replies.stream()
        .filter(reply -> reply.correlationId() == correlationId)
        .map(reply -> ((CoordinatorReply.Failed) reply).error())
        .findFirst()
        .orElseThrow();
  }
}
