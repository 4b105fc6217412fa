package io.millrace.bus;

/**
 * The other nodes, as far as the bus must know them.
 *
 * <p>Threading: any thread.
 */
public interface Peers {
  /** This node's key: its id, or {@code d-<directory id>} while it has none. */
  String selfKey();

  /** Whether it is known where the node of this key is reached. */
  boolean hasRoute(String key);
}
