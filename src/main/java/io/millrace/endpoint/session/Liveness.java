package io.millrace.endpoint.session;

/**
 * Whether a peer still lives. A client that does not read cannot answer pings, and is not to be cut
 * off for that; a dead machine is found by the kernel's keep-alive. So only a client that promised
 * a heartbeat is held to the short timeout, and everybody to the long one.
 *
 * <p>Threading: its session's.
 */
final class Liveness {
  /** What is to be done. */
  enum Verdict {
    FINE,
    PING,
    NO_HELLO,
    DEAD,
    IDLE
  }

  private final SessionLimits limits;
  private final long startedNanos;
  private long heardNanos;
  private long pingedNanos;
  private boolean hello;
  private boolean heartbeat;

  Liveness(SessionLimits limits, long nowNanos) {
    this.limits = limits;
    this.startedNanos = nowNanos;
    this.heardNanos = nowNanos;
    this.pingedNanos = nowNanos;
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  void helloSaid(boolean promisesHeartbeat) {
    hello = true;
    heartbeat = promisesHeartbeat;
  }

  /**
   * @param busy while we do not read for a cause of our own, so that silence means nothing
   * @param unread while we do not read because the peer does not, which may not last for ever
   */
  Verdict judge(long nowNanos, boolean busy, boolean unread) {
    if (!hello) {
      boolean late = nowNanos - startedNanos > limits.handshakeTimeoutNanos();
      return late ? Verdict.NO_HELLO : Verdict.FINE;
    }
    if (busy) {
      heardNanos = nowNanos;
      return Verdict.FINE;
    }
    long silenceNanos = nowNanos - heardNanos;
    if (silenceNanos > limits.idleTimeoutNanos()) {
      return Verdict.IDLE;
    }
    if (unread) {
      return Verdict.FINE;
    }
    if (heartbeat && silenceNanos > limits.pingTimeoutNanos()) {
      return Verdict.DEAD;
    }
    boolean due =
        silenceNanos > limits.pingIntervalNanos()
            && nowNanos - pingedNanos > limits.pingIntervalNanos();
    if (due) {
      pingedNanos = nowNanos;
      return Verdict.PING;
    }
    return Verdict.FINE;
  }
}
