package io.millrace.bus;

/**
 * Sends messages to one address, at most once each.
 *
 * <p>Threading: any thread.
 *
 * @param <M> what is sent
 */
public interface Sender<M extends BusMessage> {
  /**
   * Hands the message over.
   *
   * @return false if nobody consumes the address, or the other node cannot be reached or has enough
   *     under way to it: the message and what it holds are still the caller's
   */
  default boolean send(M message) {
    return send(message, mayHaveLeft -> {});
  }

  /**
   * Hands the message over, and calls back if that turns out to have been in vain; what the message
   * held has been given back by then. On an address within this node that is known at once.
   */
  boolean send(M message, Lost whenLost);

  /** Hears that a message was not written to its connection. */
  @FunctionalInterface
  interface Lost {
    /**
     * Called at most once, on the sender's context.
     *
     * @param mayHaveLeft whether the other node may have got it all the same
     */
    void lost(boolean mayHaveLeft);
  }
}
