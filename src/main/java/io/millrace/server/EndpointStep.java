package io.millrace.server;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One listener: as many instances of its verticle as there are event loops, which share the port.
 * If the port is to be any free one, the step chooses one; if it is -1, nothing listens.
 */
final class EndpointStep<E extends VerticleBase> implements StartStep {
  private static final int NO_LISTENER = -1;
  private static final long START_MS = 10_000;

  private final String name;
  private final VertxStep loops;
  private final SettingValues settings;
  private final Setting<String> host;
  private final Setting<Integer> port;
  private final Function<SettingValues, E> factory;
  private final List<String> deployments = new ArrayList<>();
  private int boundPort = NO_LISTENER;

  EndpointStep(
      String name,
      VertxStep loops,
      SettingValues settings,
      Setting<String> host,
      Setting<Integer> port,
      Function<SettingValues, E> factory) {
    this.name = name;
    this.loops = loops;
    this.settings = settings;
    this.host = host;
    this.port = port;
    this.factory = factory;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void start() throws Exception {
    if (settings.get(port) == NO_LISTENER) {
      return;
    }
    try {
      boundPort = settings.get(port) == 0 ? freePort() : settings.get(port);
      SettingValues bound = settings.with(Map.of(port.name(), Integer.toString(boundPort)));
      for (int i = 0; i < loops.loops(); i++) {
        deploy(factory.apply(bound));
      }
    } catch (BindException e) {
      stop();
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          "cannot listen on "
              + settings.get(host)
              + ":"
              + settings.get(port)
              + " ("
              + e.getMessage()
              + "): stop whatever uses the port, or set "
              + host
              + " and "
              + port,
          e);
    }
  }

  /**
   * A port that nobody uses at the moment. It is chosen here because Vert.x lets instances share a
   * port only if they name it.
   */
  private int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(settings.get(host)))) {
      return socket.getLocalPort();
    }
  }

  private void deploy(E endpoint) throws Exception {
    deployments.add(
        Waits.await(loops.vertx().deployVerticle(endpoint), START_MS, "listening for " + name));
  }

  /** For people and scripts: {@code tcp 127.0.0.1:7070}. */
  String listensOn() {
    return name + " " + (boundPort == NO_LISTENER ? "off" : settings.get(host) + ":" + boundPort);
  }

  @Override
  public void stop() throws Exception {
    List<Future<Void>> stops = deployments.stream().map(loops.vertx()::undeploy).toList();
    deployments.clear();
    Waits.await(
        Future.join(stops),
        settings.get(ServerSettings.SHUTDOWN_TIMEOUT_MS) + START_MS,
        "closing the connections of " + name);
  }
}
