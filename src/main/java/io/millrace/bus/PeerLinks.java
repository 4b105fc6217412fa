package io.millrace.bus;

import io.millrace.model.Metrics;
import io.millrace.model.TimeSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What all senders to another node share: the bounds on what is under way to it, one for each
 * {@link Lane}, and whether it can be written to.
 *
 * <p>Threading: any thread.
 */
final class PeerLinks {
  private final Peers peers;
  private final long maxBytes;
  private final BusMeters meters;
  private final TimeSource time;
  private final Map<String, PeerOutage> outages = new ConcurrentHashMap<>();
  private final Map<String, Map<Lane, Admission>> bounds = new ConcurrentHashMap<>();
  private final List<Metrics.Registration> shown = new CopyOnWriteArrayList<>();

  /**
   * @param maxBytes on the lane for records
   */
  PeerLinks(Peers peers, long maxBytes, BusMeters meters, TimeSource time) {
    this.peers = peers;
    this.maxBytes = maxBytes;
    this.meters = meters;
    this.time = time;
  }

  BusMeters meters() {
    return meters;
  }

  Peers peers() {
    return peers;
  }

  /** Whether the node of this key can be written to; every sender to it shares it. */
  PeerOutage outage(String key) {
    return outages.computeIfAbsent(key, k -> new PeerOutage(k, time));
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
