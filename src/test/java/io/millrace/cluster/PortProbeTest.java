package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortProbeTest {
  private final Vertx vertx = Vertx.vertx();
  private final PortProbe probe = new PortProbe(vertx);

  @AfterEach
  void stop() throws Exception {
    get(probe.close());
    get(vertx.close());
  }

  @Test
  void shouldTellAPortThatNobodyListensOnFromOneThatSomebodyDoes() throws Exception {
    // given
    ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    BrokerEndpoint at = new BrokerEndpoint(BrokerListener.BUS, "127.0.0.1", socket.getLocalPort());

    // when
    boolean whileOpen = get(probe.isRefused(at));
    socket.close();
    boolean whenClosed = get(probe.isRefused(at));

    // then
    assertThat(whileOpen).isFalse();
    assertThat(whenClosed).isTrue();
  }

  @Test
  void shouldNotTakeANameThatDoesNotResolveForARefusal() throws Exception {
    // given
    BrokerEndpoint nowhere = new BrokerEndpoint(BrokerListener.BUS, "no-such-host.invalid", 1);

    // when // then
    assertThat(get(probe.isRefused(nowhere))).isFalse();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
