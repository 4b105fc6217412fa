package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.BrokerSessions;
import io.millrace.metadata.BrokerSupervisor;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.ImageApplier;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ProcessLife;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ControllerServiceTest {
  private static final NodeId NODE = new NodeId(0);

  private final LosingLog log = new LosingLog();
  private final ControllerDriver driver =
      new ControllerDriver(
          NODE,
          log,
          new Controller(BrokerSettings.of(Map.of()), new SplittableRandom(1)),
          state -> {},
          failure -> {});
  private final ControllerService service =
      new ControllerService(
          driver,
          new BrokerSupervisor(driver, new BrokerSessions(3_000, 1_000), 3_000),
          () -> log.state.cluster(),
          new TimeSource() {
            @Override
            public long wallClockMs() {
              return 0;
            }

            @Override
            public long monotonicNanos() {
              return 0;
            }
          });

  /** So that whoever asked knows to ask again. */
  @Test
  void shouldSayWithItsCodeThatWhatItDecidedGotLost() {
    // given
    driver.start();
    driver.execute(controller -> controller.found("cluster"));
    log.loses = true;

    // when
    Future<ControllerAnswer> answer =
        service.answer(
            new ControllerAsk.RegisterBroker(
                "cluster",
                new BrokerRegistration(
                    NODE,
                    "disk",
                    Optional.empty(),
                    List.of(),
                    MetadataState.SUPPORTED_VERSION,
                    false,
                    new ProcessLife(1, "life"))));

    // then
    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            StreamException.class,
            error -> assertThat(error.code()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE));
  }

  /** A log that this node leads, and that loses proposals when a test says so. */
  private static final class LosingLog implements MetadataLog {
    private MetadataState state = MetadataState.empty();
    private Listener listener;
    private boolean loses;

    @Override
    public CompletionStage<Outcome> propose(Proposal proposal) {
      if (loses) {
        return CompletableFuture.failedFuture(new StreamException(ErrorCode.LEADER_NOT_AVAILABLE));
      }
      state = ImageApplier.apply(state, state.index() + 1, proposal);
      listener.onState(state);
      return CompletableFuture.completedFuture(Outcome.APPLIED);
    }

    @Override
    public CompletionStage<MetadataState> readBarrier() {
      return CompletableFuture.completedFuture(state);
    }

    @Override
    public CompletionStage<Void> confirmLeadership() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> changeMembers(LogMembers members) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void subscribe(Listener newListener) {
      listener = newListener;
      newListener.onState(state);
      newListener.onElected(1);
    }

    @Override
    public CompletionStage<Void> close() {
      return CompletableFuture.completedFuture(null);
    }
  }
}
