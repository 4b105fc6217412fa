package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.HeartbeatReport;
import io.millrace.model.image.ClusterImage;
import java.time.Duration;
import java.util.List;
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
  void shouldBeCalmOnceNoBrokerHasComeOrGoneForAWhile() {
    // given
    long second = 1_000_000_000L;
    ClusterImage alone = log.state.cluster();
    ClusterImage without = ClusterImage.empty();

    // when
    boolean atOnce = supervisor.isCalm(2 * second, NOW + second);
    supervisor.onImage(alone, NOW + second);
    boolean afterTwo = supervisor.isCalm(2 * second, NOW + 2 * second);
    supervisor.onImage(without, NOW + 3 * second);
    boolean afterALoss = supervisor.isCalm(2 * second, NOW + 4 * second);
    boolean afterTwoMore = supervisor.isCalm(2 * second, NOW + 5 * second);
    supervisor.onDeposed();

    // then
    assertThat(List.of(atOnce, afterTwo, afterALoss, afterTwoMore))
        .containsExactly(false, true, false, true);
    assertThat(supervisor.isCalm(2 * second, NOW + 9 * second)).isFalse();
  }

  @Test
  void shouldGrantNoSessionToABrokerThatItIsAboutToFence() {
    // given
    supervisor.tick(NOW + (SESSION_MS + 1) * 1_000_000L);
    log.hold();

    // when
    CompletableFuture<HeartbeatAnswer> answer = beat();
    log.run();

    // then
    assertThat(log.state.cluster().broker(NODE).orElseThrow().fenced()).isFalse();
    assertThat(answer).isCompletedWithValueMatching(HeartbeatAnswer::isFenced);
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
