package io.millrace.cluster;

import io.vertx.core.eventbus.EventBusOptions;

/** How the bus of a cluster's node listens and connects. */
final class BusPort {
  private static final int PING_MS = 1_000;
  private static final int PONG_MS = 2_000;
  private static final int CONNECT_MS = 2_000;

  private BusPort() {}

  static EventBusOptions options(ClusterConfig config) {
    EventBusOptions options =
        new EventBusOptions()
            .setHost(config.bus().host())
            .setPort(config.bus().port())
            .setClusterPingInterval(PING_MS)
            .setClusterPingReplyInterval(PONG_MS)
            .setConnectTimeout(CONNECT_MS)
            .setReconnectAttempts(0)
            .setTrustAll(false);
    config.tls().ifPresent(tls -> tls.applyTo(options));
    return options;
  }
}
