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
   * @param listening false while we do not read, so that silence means nothing
   */
  Verdict judge(long nowNanos, boolean listening) {
    if (!hello) {
      boolean late = nowNanos - startedNanos > limits.handshakeTimeoutNanos();
      return late ? Verdict.NO_HELLO : Verdict.FINE;
    }
    if (!listening) {
      heardNanos = nowNanos;
      return Verdict.FINE;
    }
    long silenceNanos = nowNanos - heardNanos;
    if (silenceNanos > limits.idleTimeoutNanos()) {
      return Verdict.IDLE;
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
