package io.millrace.bus;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The bounds on what is under way to each other node. What keeps a cluster together, the metadata
 * log and its controller, has a bound of its own, so that it never waits for records.
 *
 * <p>Threading: any thread.
 */
final class PeerLinks {
  private final Peers peers;
  private final long maxBytes;
  private final Map<String, Admission> records = new ConcurrentHashMap<>();
  private final Map<String, Admission> control = new ConcurrentHashMap<>();

  PeerLinks(Peers peers, long maxBytes) {
    this.peers = peers;
    this.maxBytes = maxBytes;
  }

  Peers peers() {
    return peers;
  }

  /** The bound for an address of this node. */
  Admission inFlight(String key, Address<?> address) {
    return (address.isControl() ? control : records)
        .computeIfAbsent(key, k -> new Admission(Integer.MAX_VALUE, maxBytes));
  }
}
