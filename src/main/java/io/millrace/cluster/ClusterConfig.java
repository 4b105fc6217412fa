package io.millrace.cluster;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ClusterSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * How this node takes part in a cluster, checked.
 *
 * @param seeds where members are looked for
 * @param discovery where this node is found; a real port
 * @param bus where this node takes messages; a real port
 * @param tls of the bus, if it has any
 * @param frameMaxBytes the longest message that is read
 */
public record ClusterConfig(
    List<HostPort> seeds,
    HostPort discovery,
    HostPort bus,
    Optional<ClusterTls> tls,
    int frameMaxBytes) {

  public ClusterConfig {
    seeds = List.copyOf(seeds);
  }

  /** Whether the node is to be one of a cluster. */
  public static boolean isWanted(SettingValues settings) {
    return !settings.get(ClusterSettings.CLUSTER_SEEDS).isEmpty();
  }

  /**
   * Reads and checks the settings; reads files and resolves names.
   *
   * @throws StreamException INVALID_CONFIG or POLICY_VIOLATION with what to change
   */
  public static ClusterConfig of(SettingValues settings) {
    String host = settings.get(ClusterSettings.CLUSTER_HOST);
    InetAddress address = resolve(host);
    boolean isPrivate = settings.get(ClusterSettings.CLUSTER_PRIVATE_NETWORK);
    if (address.isAnyLocalAddress()) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ClusterSettings.CLUSTER_HOST
              + " is '"
              + host
              + "', expected the one address that the other nodes reach this one at");
    }
    if (!address.isLoopbackAddress() && !isPrivate) {
      throw new StreamException(
          ErrorCode.POLICY_VIOLATION,
          ClusterSettings.CLUSTER_HOST
              + " is '"
              + host
              + "', which others than this machine can reach, and discovery has neither TLS nor"
              + " passwords; see that only this cluster's nodes can connect to "
              + ClusterSettings.CLUSTER_PORT
              + " and "
              + ClusterSettings.CLUSTER_BUS_PORT
              + ", then set "
              + ClusterSettings.CLUSTER_PRIVATE_NETWORK
              + "=true");
    }
    HostPort discovery = new HostPort(host, port(settings, ClusterSettings.CLUSTER_PORT, address));
    return new ClusterConfig(
        settings.get(ClusterSettings.CLUSTER_SEEDS).stream()
            .map(seed -> HostPort.parse(ClusterSettings.CLUSTER_SEEDS.name(), seed))
            .map(seed -> seed.isAt(address, discovery.port()) ? discovery : seed)
            .toList(),
        discovery,
        new HostPort(host, port(settings, ClusterSettings.CLUSTER_BUS_PORT, address)),
        ClusterTls.of(settings, settings.get(ServerSettings.NODE_ID)),
        settings.get(ClusterSettings.CLUSTER_FRAME_MAX_BYTES));
  }

  private static InetAddress resolve(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          ClusterSettings.CLUSTER_HOST
              + " is '"
              + host
              + "', which is neither an address nor a name that resolves",
          e);
    }
  }

  /** The others are told the port before anything listens on it, so a free one is found here. */
  private static int port(SettingValues settings, Setting<Integer> setting, InetAddress address) {
    int given = settings.get(setting);
    if (given != 0) {
      return given;
    }
    try (ServerSocket free = new ServerSocket()) {
      free.bind(new InetSocketAddress(address, 0));
      return free.getLocalPort();
    } catch (IOException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          "no port of " + address.getHostAddress() + " is free for " + setting,
          e);
    }
  }
}
