package io.millrace.cluster;

import io.millrace.model.image.BrokerEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.ConnectException;
import java.util.Locale;

/**
 * Finds out whether anything listens where a broker said that it does. Only a refusal by the
 * machine itself says that the process is gone; silence may be the network's.
 *
 * <p>Threading: any thread.
 */
public final class PortProbe {
  private static final int CONNECT_TIMEOUT_MS = 1_000;

  private final NetClient client;

  public PortProbe(Vertx vertx) {
    this.client =
        vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS));
  }

  /** Whether the connection is refused; false if it is taken, or if nothing comes of it in time. */
  public Future<Boolean> isRefused(BrokerEndpoint at) {
    return client
        .connect(at.port(), at.host())
        .compose(socket -> socket.close().map(false))
        .recover(error -> Future.succeededFuture(isRefusal(error)));
  }

  private static boolean isRefusal(Throwable error) {
    return error instanceof ConnectException
        && String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT).contains("refused");
  }

  public Future<Void> close() {
    return client.close();
  }
}
