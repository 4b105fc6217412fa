package io.millrace.endpoint.kafka;

import io.millrace.endpoint.FrameHandler;
import io.millrace.endpoint.FrameListener;
import io.millrace.endpoint.FrameServices;
import io.millrace.endpoint.FrameSocket;
import io.millrace.endpoint.Listener;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerListener;
import io.vertx.core.net.NetSocket;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The listener of the Kafka protocol on one event loop; all of a node's share one port.
 *
 * <p>Stopping: no more connections are accepted and no more requests taken, and each connection
 * closes when its requests are answered, or when {@code shutdown.timeout.ms} has passed.
 */
public final class KafkaEndpoint extends FrameListener {
  private static final int TICK_MS = 100;

  private final KafkaServices services;
  private final Optional<ClientAddress> advertised;
  private @Nullable KafkaLoop loop;

  /**
   * Reads the TLS files, so not on an event loop.
   *
   * @throws io.millrace.model.StreamException INVALID_CONFIG or POLICY_VIOLATION if the settings do
   *     not allow to listen
   */
  public KafkaEndpoint(KafkaServices services) {
    super(
        Listener.KAFKA,
        new FrameServices(
            services.settings(),
            services.limits(),
            services.memory(),
            services.metrics(),
            services.time()));
    this.services = services;
    this.advertised = ClientAddress.advertised(services.settings());
  }

  /**
   * Where {@code advertised.listeners} sends clients; empty if it is not set.
   *
   * @throws io.millrace.model.StreamException INVALID_CONFIG if it is not host:port
   */
  public static Optional<BrokerEndpoint> advertised(SettingValues settings) {
    return ClientAddress.advertised(settings)
        .map(address -> new BrokerEndpoint(BrokerListener.KAFKA, address.host(), address.port()));
  }

  @Override
  protected void open() {
    loop = new KafkaLoop(services, advertised);
  }

  private KafkaLoop loop() {
    return Objects.requireNonNull(loop, "the endpoint is not started");
  }

  @Override
  protected FrameHandler accept(FrameSocket socket, NetSocket connection, String peer) {
    return loop().open(socket, peer, ClientAddress.of(connection));
  }

  @Override
  protected void tick() {
    loop().tick();
  }

  @Override
  protected int tickMs() {
    return TICK_MS;
  }

  @Override
  protected void endConnections() {
    loop().end();
  }

  @Override
  protected void release() {
    // Connections have closed, and the bus's clients belong to the loop.
  }
}
