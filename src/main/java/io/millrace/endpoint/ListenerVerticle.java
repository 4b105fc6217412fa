package io.millrace.endpoint;

import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetServerOptions;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A listener on one event loop; all instances of a node share one port, also if it is to be any
 * free one.
 *
 * <p>Threading: made where files may be read, then its event loop.
 */
public abstract class ListenerVerticle extends VerticleBase {
  private @Nullable IntSupplier actualPort;

  /**
   * Fills in what every listener takes from the settings: address, buffers, TLS. Reads the TLS
   * files, so not on an event loop.
   *
   * @return the options
   * @throws io.millrace.model.StreamException INVALID_CONFIG or POLICY_VIOLATION if the settings do
   *     not allow to listen
   */
  protected static <O extends NetServerOptions> O configured(
      Listener listener, SettingValues settings, O options) {
    int port = settings.get(listener.port());
    options
        .setHost(settings.get(listener.host()))
        .setPort(port == 0 ? listener.sharedFreePort() : port)
        .setAcceptBacklog(settings.get(ListenerSettings.SOCKET_LISTEN_BACKLOG_SIZE))
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true);
    int send = settings.get(ListenerSettings.SOCKET_SEND_BUFFER_BYTES);
    int receive = settings.get(ListenerSettings.SOCKET_RECEIVE_BUFFER_BYTES);
    if (send > 0) {
      options.setSendBufferSize(send);
    }
    if (receive > 0) {
      options.setReceiveBufferSize(receive);
    }
    BindPolicy.check(settings, listener.host(), listener.tlsEnable());
    ListenerTls.apply(settings, listener.tlsEnable(), options);
    return options;
  }

  /** Called by the start of each listener: where to ask for the port once it is bound. */
  protected final void listensOn(IntSupplier boundPort) {
    this.actualPort = boundPort;
  }

  /** The port that is listened on; the one that was chosen if the setting is 0. */
  public final int port() {
    IntSupplier bound = actualPort;
    if (bound == null) {
      throw new IllegalStateException("the endpoint is not started");
    }
    return bound.getAsInt();
  }
}
