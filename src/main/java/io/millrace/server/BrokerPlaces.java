package io.millrace.server;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.HostPort;
import io.millrace.endpoint.Listener;
import io.millrace.endpoint.kafka.KafkaEndpoint;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where the others of a cluster, and their clients, are told to find this node. */
final class BrokerPlaces {
  private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");
  private static final int NO_LISTENER = -1;
  private static final int ANY_PORT = 0;

  private BrokerPlaces() {}

  /**
   * The bus, and each listener that is on.
   *
   * @throws StreamException INVALID_CONFIG if a port that others must be told is not fixed
   */
  static List<BrokerEndpoint> of(SettingValues settings, ClusterConfig config) {
    List<BrokerEndpoint> places = new ArrayList<>();
    HostPort bus = config.bus();
    places.add(new BrokerEndpoint(BrokerListener.BUS, bus.host(), bus.port()));
    KafkaEndpoint.advertised(settings)
        .ifPresentOrElse(
            places::add, () -> add(places, BrokerListener.KAFKA, Listener.KAFKA, settings, bus));
    add(places, BrokerListener.TCP, Listener.TCP, settings, bus);
    add(places, BrokerListener.HTTP, Listener.HTTP, settings, bus);
    return places;
  }

  private static void add(
      List<BrokerEndpoint> places,
      BrokerListener name,
      Listener listener,
      SettingValues settings,
      HostPort bus) {
    int port = settings.get(listener.port());
    if (port == NO_LISTENER) {
      return;
    }
    if (port == ANY_PORT) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          listener.port()
              + " is 0, any free port; the other nodes of a cluster are told the port before it is"
              + " open, so name one, or -1 to leave this listener out");
    }
    String host = settings.get(listener.host());
    places.add(new BrokerEndpoint(name, EVERY_ADDRESS.contains(host) ? bus.host() : host, port));
  }
}
