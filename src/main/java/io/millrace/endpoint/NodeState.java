package io.millrace.endpoint;

/**
 * Whether this node takes work. It goes from STARTING to READY to STOPPING, or from STARTING to
 * STOPPING, and never back.
 *
 * <p>Threading: written by the one who starts and stops the node, read on any thread.
 */
public final class NodeState {
  private enum Phase {
    STARTING,
    READY,
    STOPPING
  }

  private volatile Phase phase = Phase.STARTING;

  /** Recovery is done, the partitions are open. */
  public void toReady() {
    if (phase != Phase.STARTING) {
      throw new IllegalStateException("a node becomes ready once, and this one is " + phase);
    }
    phase = Phase.READY;
  }

  /** Nothing new is accepted from now on. */
  public void toStopping() {
    phase = Phase.STOPPING;
  }

  public boolean isReady() {
    return phase == Phase.READY;
  }

  public boolean isStopping() {
    return phase == Phase.STOPPING;
  }

  /** starting, ready or stopping. */
  @Override
  public String toString() {
    return phase.name().toLowerCase(java.util.Locale.ROOT);
  }
}
