package io.millrace.bus;

import io.millrace.model.Metrics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The bounds on what is under way to each other node, one for each {@link Lane}.
 *
 * <p>Threading: any thread.
 */
final class PeerLinks {
  private final Peers peers;
  private final long maxBytes;
  private final BusMeters meters;
  private final Map<String, Map<Lane, Admission>> bounds = new ConcurrentHashMap<>();
  private final List<Metrics.Registration> shown = new CopyOnWriteArrayList<>();

  /**
   * @param maxBytes on the lane for records
   */
  PeerLinks(Peers peers, long maxBytes, BusMeters meters) {
    this.peers = peers;
    this.maxBytes = maxBytes;
    this.meters = meters;
  }

  BusMeters meters() {
    return meters;
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
      Admission inFlight = new Admission(Integer.MAX_VALUE, lane.bytes(maxBytes));
      shown.add(meters.show(inFlight, lane));
      lanes.put(lane, inFlight);
    }
    return lanes;
  }
}
