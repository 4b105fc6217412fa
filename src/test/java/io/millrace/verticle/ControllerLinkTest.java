package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.ControllerReply;
import io.millrace.metadata.BrokerSessions;
import io.millrace.metadata.BrokerSupervisor;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ControllerLinkTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);
  private static final ControllerAsk DRAIN = new ControllerAsk.DrainBroker(THREE, true);
  private static final ControllerAsk CREATE =
      new ControllerAsk.CreateTopic(new TopicName("t"), 1, 1, Map.of(), false);
  private static final ControllerAnswer DONE = new ControllerAnswer.Done(1, 9);

  private final List<NodeId> asked = new ArrayList<>();
  private final List<Promise<ControllerReply>> replies = new ArrayList<>();
  private final Deque<Runnable> timers = new ArrayDeque<>();
  private long nowMs;
  private final TimeSource time =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return nowMs * 1_000_000;
        }
      };
  private final ControllerLink link = link();

  @Test
  void shouldAskTheNodeThatTheOneBeforeNamed() {
    // when
    Future<ControllerAnswer> answer = link.ask(DRAIN, 10_000);
    refuse(ErrorCode.NOT_CONTROLLER, Optional.of(THREE));
    runTimer();
    replies.get(1).complete(new ControllerReply.Answered(1, DONE));

    // then
    assertThat(asked).hasSize(2).last().isEqualTo(THREE);
    assertThat(answer.result()).isEqualTo(DONE);
  }

  @Test
  void shouldLookFurtherWhereNobodyKnows() {
    // when
    link.ask(DRAIN, 10_000);
    for (int i = 0; i < 3; i++) {
      refuse(ErrorCode.LEADER_NOT_AVAILABLE, Optional.empty());
      runTimer();
    }

    // then
    assertThat(asked).contains(TWO, THREE).doesNotContain(SELF);
  }

  @Test
  void shouldAskAgainWithoutAnAnswerOnlyWhatDoesNoHarmTwice() {
    // when
    Future<ControllerAnswer> drain = link.ask(DRAIN, 10_000);
    replies.get(0).fail(new StreamException(ErrorCode.REQUEST_TIMED_OUT));
    runTimer();
    Future<ControllerAnswer> create = link.ask(CREATE, 10_000);
    replies.get(2).fail(new StreamException(ErrorCode.REQUEST_TIMED_OUT));

    // then
    assertThat(drain.isComplete()).isFalse();
    assertThat(asked).hasSize(3);
    assertThat(((StreamException) create.cause()).code()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
  }

  @Test
  void shouldGiveUpAtTheDeadlineAndOnWhatIsRefusedForGood() {
    // given
    Future<ControllerAnswer> late = link.ask(DRAIN, 10_000);
    nowMs += 9_960;

    // when
    refuse(ErrorCode.NOT_CONTROLLER, Optional.of(THREE));
    Future<ControllerAnswer> wrong = link.ask(DRAIN, 10_000);
    refuse(ErrorCode.BROKER_NOT_FOUND, Optional.empty());

    // then
    assertThat(((StreamException) late.cause()).code()).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(((StreamException) wrong.cause()).code()).isEqualTo(ErrorCode.BROKER_NOT_FOUND);
    assertThat(timers).isEmpty();
  }

  private void refuse(ErrorCode error, Optional<NodeId> controller) {
    replies
        .get(replies.size() - 1)
        .complete(new ControllerReply.Refused(1, error, "no", controller));
  }

  private void runTimer() {
    nowMs += 50;
    timers.remove().run();
  }

  private ControllerLink link() {
    ControllerDriver driver =
        new ControllerDriver(
            SELF,
            new SilentLog(),
            new Controller(BrokerSettings.of(Map.of()), new SplittableRandom(1)),
            state -> {},
            failure -> {});
    ClusterImage image =
        new ClusterImage(
            5,
            "cluster",
            List.of(
                BrokerImage.of(SELF, 1, false),
                BrokerImage.of(TWO, 1, false),
                BrokerImage.of(THREE, 1, false)),
            List.of());
    return new ControllerLink(
        SELF,
        new ControllerService(
            driver,
            new BrokerSupervisor(driver, new BrokerSessions(3_000, 1_000), 3_000),
            () -> image,
            time),
        (node, ask, deadlineNanos) -> {
          asked.add(node);
          replies.add(Promise.promise());
          return replies.get(replies.size() - 1).future();
        },
        () -> image,
        time,
        (delayMs, task) -> timers.add(task));
  }

  /** A log that this node never leads. */
  private static final class SilentLog implements MetadataLog {
    @Override
    public CompletionStage<Outcome> propose(Proposal proposal) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<MetadataState> readBarrier() {
      return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<Void> confirmLeadership() {
      return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<Void> changeMembers(LogMembers members) {
      return new CompletableFuture<>();
    }

    @Override
    public void subscribe(Listener listener) {}

    @Override
    public CompletionStage<Void> close() {
      return CompletableFuture.completedFuture(null);
    }
  }
}
