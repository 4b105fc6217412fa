package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long the admin client waits for its first connection. */
final class AdminConnectedTest {
  private static final long PATIENCE_MS = 3_000;
  private static final Map<String, String> SETTINGS =
      Map.of("request.timeout.ms", "10000", "socket.connection.setup.timeout.ms", "60000");

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ScriptedBroker broker = new ScriptedBroker(loop, message -> List.of());

  /** A network that takes its time, or says at once that nobody listens. */
  private record Network(SimulatedLoop loop, ScriptedBroker broker, long delayMs, boolean refuses)
      implements Wire.Opener {
    @Override
    public void open(BrokerAddress address, Wire.Events events) {
      loop.schedule(
          delayMs,
          () -> {
            if (refuses) {
              events.onClosed("refused");
            } else {
              broker.open(address, events);
            }
          });
    }

    @Override
    public void close() {}
  }

  private Future<Void> connected(long delayMs, boolean refuses) {
    Network network = new Network(loop, broker, delayMs, refuses);
    return new Admin(ClientSettings.of(SETTINGS), loop, network, new Random(3))
        .connected(PATIENCE_MS);
  }

  private long elapsedMs() {
    return TimeUnit.NANOSECONDS.toMillis(loop.elapsedNanos());
  }

  @Test
  void shouldWaitLongerForAnAttemptThatHasNotFailed() {
    // when
    Future<Void> connected = connected(4_000, false);

    // then
    assertThat(loop.runUntil(connected::isComplete, 20_000)).isTrue();
    assertThat(connected.succeeded()).isTrue();
  }

  @Test
  void shouldGiveUpSoonIfNobodyListens() {
    // when
    Future<Void> connected = connected(1, true);

    // then
    assertThat(loop.runUntil(connected::isComplete, 20_000)).isTrue();
    assertThat(connected.cause()).hasMessageContaining("refused");
    assertThat(elapsedMs()).isEqualTo(PATIENCE_MS);
  }

  @Test
  void shouldNotWaitForEverForAnAnswer() {
    // when
    Future<Void> connected = connected(60_000, false);

    // then
    assertThat(loop.runUntil(connected::isComplete, 20_000)).isTrue();
    assertThat(connected.cause()).hasMessageContaining("no broker was reached yet");
    assertThat(elapsedMs()).isEqualTo(10_000);
  }
}
