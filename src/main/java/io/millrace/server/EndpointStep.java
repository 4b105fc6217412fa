package io.millrace.server;

import io.millrace.endpoint.Listener;
import io.millrace.endpoint.ListenerVerticle;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener: as many instances of its verticle as there are event loops, which share the port,
 * on each address that the host's name has on this machine. A client that is told {@code localhost}
 * tries {@code ::1} before {@code 127.0.0.1} or after it, so it is served on both. If the port is
 * to be any free one, the first instance finds one; if it is -1, nothing listens.
 */
final class EndpointStep<E extends ListenerVerticle> implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointStep.class);
  private static final int NO_LISTENER = -1;
  private static final long START_MS = 10_000;

  /** A port that is free on one address may be used on the next one. */
  private static final int FREE_PORT_ATTEMPTS = 20;

  private final Listener listener;
  private final VertxStep loops;
  private final SettingValues settings;
  private final Function<SettingValues, E> factory;
  private final List<String> deployments = new ArrayList<>();
  private int boundPort = NO_LISTENER;

  EndpointStep(
      Listener listener,
      VertxStep loops,
      SettingValues settings,
      Function<SettingValues, E> factory) {
    this.listener = listener;
    this.loops = loops;
    this.settings = settings;
    this.factory = factory;
  }

  @Override
  public String name() {
    return listener.title();
  }

  @Override
  public void start() throws Exception {
    int port = settings.get(listener.port());
    if (port == NO_LISTENER) {
      return;
    }
    List<String> hosts = hosts(settings.get(listener.host()));
    for (int attempt = 1; ; attempt++) {
      try {
        bind(hosts, port);
        return;
      } catch (IOException e) {
        stop();
        if (!isBindFailure(e)) {
          throw e;
        }
        if (port != 0 || attempt == FREE_PORT_ATTEMPTS) {
          throw inUse(e);
        }
      }
    }
  }

  private void bind(List<String> hosts, int port) throws Exception {
    int known = port;
    for (String host : hosts) {
      SettingValues bound =
          settings.with(Map.of(listener.host().name(), host, listener.port().name(), "" + known));
      E last = null;
      for (int i = 0; i < loops.loops(); i++) {
        last = factory.apply(bound);
        deploy(last);
      }
      if (last != null) {
        known = last.port();
      }
    }
    boundPort = known;
  }

  /** The addresses of a name that this machine has; the name itself if it is one address. */
  private static List<String> hosts(String name) throws IOException {
    InetAddress[] all = InetAddress.getAllByName(name);
    if (all.length == 1) {
      return List.of(name);
    }
    List<String> mine = new ArrayList<>();
    for (InetAddress address : all) {
      if (NetworkInterface.getByInetAddress(address) != null) {
        mine.add(address.getHostAddress());
      } else {
        LOG.info("{} has the address {}, which this machine has not", name, address);
      }
    }
    return mine.isEmpty() ? List.of(name) : mine;
  }

  /** The JDK's transport has an exception of its own for it, the native one only names the call. */
  private static boolean isBindFailure(IOException failure) {
    return failure instanceof BindException
        || String.valueOf(failure.getMessage()).startsWith("bind(");
  }

  private StreamException inUse(IOException cause) {
    return new StreamException(
        ErrorCode.INVALID_CONFIG,
        "cannot listen on "
            + settings.get(listener.host())
            + ":"
            + settings.get(listener.port())
            + " ("
            + cause.getMessage()
            + "): stop whatever uses the port, or set "
            + listener.host()
            + " and "
            + listener.port(),
        cause);
  }

  private void deploy(E endpoint) throws Exception {
    deployments.add(
        Waits.await(loops.vertx().deployVerticle(endpoint), START_MS, "listening for " + name()));
  }

  /** The port that is listened on, -1 if none is. */
  int port() {
    return boundPort;
  }

  /** For people and scripts: {@code tcp 127.0.0.1:7070}. */
  String listensOn() {
    return name()
        + " "
        + (boundPort == NO_LISTENER ? "off" : settings.get(listener.host()) + ":" + boundPort);
  }

  @Override
  public void stop() throws Exception {
    List<Future<Void>> stops = deployments.stream().map(loops.vertx()::undeploy).toList();
    deployments.clear();
    Waits.await(
        Future.join(stops),
        settings.get(ServerSettings.SHUTDOWN_TIMEOUT_MS) + START_MS,
        "closing the connections of " + name());
  }
}
