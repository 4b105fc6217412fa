package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.HashMap;
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
    return connected(SETTINGS, new Network(loop, broker, delayMs, refuses));
  }

  private Future<Void> connected(Map<String, String> settings, Wire.Opener network) {
    return new Admin(ClientSettings.of(settings), loop, network, new Random(3))
        .connected(PATIENCE_MS);
  }

  /** Each address with a network of its own, by port. */
  private static Wire.Opener byPort(Map<Integer, Network> networks) {
    return new Wire.Opener() {
      @Override
      public void open(BrokerAddress address, Wire.Events events) {
        networks.get(address.port()).open(address, events);
      }

      @Override
      public void close() {}
    };
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
  void shouldWaitForASlowNodeThoughTheOthersAreDown() {
    // given
    Network down = new Network(loop, broker, 1, true);
    Network slow = new Network(loop, broker, 4_000, false);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("bootstrap.servers", "node:1,node:2,node:3");

    // when
    Future<Void> connected = connected(settings, byPort(Map.of(1, down, 2, slow, 3, down)));

    // then
    assertThat(loop.runUntil(connected::isComplete, 20_000)).isTrue();
    assertThat(connected.succeeded()).isTrue();
  }

  @Test
  void shouldReachAnotherNodeThoughOneTakesConnectionsAndIsSilent() {
    // given
    Network silent = new Network(loop, broker, 60_000, false);
    Network up = new Network(loop, broker, 1, false);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("bootstrap.servers", "node:1,node:2,node:3");
    settings.put("socket.connection.setup.timeout.ms", "3333");

    // when
    Future<Void> connected = connected(settings, byPort(Map.of(1, silent, 2, silent, 3, up)));

    // then
    assertThat(loop.runUntil(connected::isComplete, 20_000)).isTrue();
    assertThat(connected.succeeded()).isTrue();
  }

  @Test
  void shouldGiveUpOnceTheLastAddressHasFailedToo() {
    // given
    Network down = new Network(loop, broker, 1, true);
    Network downLater = new Network(loop, broker, 5_000, true);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("bootstrap.servers", "node:1,node:2");

    // when
    Future<Void> connected = connected(settings, byPort(Map.of(1, down, 2, downLater)));

    // then
    assertThat(loop.runUntil(connected::isComplete, 20_000)).isTrue();
    assertThat(connected.cause()).hasMessageContaining("refused");
    assertThat(elapsedMs()).isBetween(5_000L, 5_500L);
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
