package io.millrace.cluster;

import io.millrace.model.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a node says of itself to all who discover it. It says so without proof: a hint where to ask.
 *
 * @param clusterId empty if its data directory belongs to none yet
 * @param nodeId empty if it has none yet
 * @param directoryId of its data directory
 * @param starts how often it was started with this directory, so that a later life is known as such
 * @param bus where it takes messages
 */
public record MemberAttributes(
    Optional<String> clusterId,
    Optional<NodeId> nodeId,
    String directoryId,
    long starts,
    HostPort bus) {
  private static final String CLUSTER_ID = "millrace.cluster.id";
  private static final String NODE_ID = "millrace.node.id";
  private static final String DIRECTORY_ID = "millrace.directory.id";
  private static final String STARTS = "millrace.starts";
  private static final String BUS_HOST = "millrace.bus.host";
  private static final String BUS_PORT = "millrace.bus.port";

  Map<String, String> toMap() {
    Map<String, String> map = new HashMap<>();
    clusterId.ifPresent(id -> map.put(CLUSTER_ID, id));
    nodeId.ifPresent(id -> map.put(NODE_ID, id.toString()));
    map.put(DIRECTORY_ID, directoryId);
    map.put(STARTS, Long.toString(starts));
    map.put(BUS_HOST, bus.host());
    map.put(BUS_PORT, Integer.toString(bus.port()));
    return map;
  }

  /** Empty if the member does not say who it is, or not in a way that can be understood. */
  static Optional<MemberAttributes> read(Map<String, String> map) {
    String directoryId = map.get(DIRECTORY_ID);
    String host = map.get(BUS_HOST);
    String starts = map.get(STARTS);
    String port = map.get(BUS_PORT);
    if (directoryId == null || host == null || starts == null || port == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new MemberAttributes(
              Optional.ofNullable(map.get(CLUSTER_ID)),
              Optional.ofNullable(map.get(NODE_ID)).map(id -> new NodeId(Integer.parseInt(id))),
              directoryId,
              Long.parseLong(starts),
              new HostPort(host, Integer.parseInt(port))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
