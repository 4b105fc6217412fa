package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.HeartbeatReport;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerSupervisorTest {
  private static final NodeId NODE = new NodeId(0);
  private static final int SESSION_MS = 3_000;
  private static final long NOW = 7_000_000_000L;

  private final InMemoryMetadataLog log = new InMemoryMetadataLog();
  private final ControllerDriver driver =
      new ControllerDriver(
          NODE,
          log,
          new Controller(BrokerSettings.of(Map.of()), new SplittableRandom(1)),
          state -> {},
          failure -> {});
  private final BrokerSupervisor supervisor =
      new BrokerSupervisor(driver, new BrokerSessions(SESSION_MS, 1_000), SESSION_MS);

  @BeforeEach
  void lead() {
    driver.start();
    driver.join(new Membership("clusterA", NODE));
    log.run();
    supervisor.onLeading(log.state.cluster(), NOW);
  }

  private CompletableFuture<HeartbeatAnswer> beat() {
    return supervisor
        .onHeartbeat(new HeartbeatReport(NODE, 1, true, false, Map.of()), NOW)
        .toCompletableFuture();
  }

  @Test
  void shouldGrantASessionOnlyOnceItIsConfirmedThatItLeads() {
    // when
    CompletableFuture<HeartbeatAnswer> answer = beat();

    // then
    assertThat(answer).isNotDone();
    log.run();
    assertThat(answer).isCompletedWithValueMatching(given -> !given.isFenced());
  }

  @Test
  void shouldGrantNothingOnceAnotherLeads() {
    // given
    CompletableFuture<HeartbeatAnswer> answer = beat();

    // when
    supervisor.onDeposed();
    log.run();

    // then
    assertThat(answer)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_CONTROLLER));
  }

  @Test
  void shouldAskOnceForManyBrokers() {
    // given
    int before = log.confirmations;

    // when
    for (int i = 0; i < 200; i++) {
      beat();
      log.run();
    }
    supervisor.tick(NOW + 100_000_000);

    // then
    assertThat(log.confirmations - before).isEqualTo(2);
  }
}
