package io.millrace.bus;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The bounds on what is under way to each other node, one for each {@link Lane}.
 *
 * <p>Threading: any thread.
 */
final class PeerLinks {
  private final Peers peers;
  private final long maxBytes;
  private final Map<String, Map<Lane, Admission>> bounds = new ConcurrentHashMap<>();

  /**
   * @param maxBytes on the lane for records
   */
  PeerLinks(Peers peers, long maxBytes) {
    this.peers = peers;
    this.maxBytes = maxBytes;
  }

  Peers peers() {
    return peers;
  }

  /** The bounds for the node of this key; every sender to it shares them. */
  Map<Lane, Admission> inFlight(String key) {
    return bounds.computeIfAbsent(key, k -> newBounds());
  }

  private Map<Lane, Admission> newBounds() {
    Map<Lane, Admission> lanes = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      lanes.put(lane, new Admission(Integer.MAX_VALUE, lane.bytes(maxBytes)));
    }
    return lanes;
  }
}
