package io.millrace.verticle;

import io.millrace.model.Lease;
import io.millrace.model.TimeSource;

/**
 * This node's lease: until a session after it <em>sent</em> the last heartbeat that was answered,
 * and only while it follows an image that knows of what happened to it before that answer.
 *
 * <p>Threading: granted on the metadata verticle's context, asked by any thread.
 */
final class BrokerLease implements Lease {
  private static final long NANOS_PER_MS = 1_000_000;

  private final TimeSource time;
  private volatile Grant grant = new Grant(false, 0, 0);
  private volatile long followedVersion;

  private record Grant(boolean given, long untilNanos, long imageVersion) {}

  BrokerLease(TimeSource time) {
    this.time = time;
  }

  @Override
  public boolean isValid() {
    Grant now = grant;
    return now.given()
        && now.untilNanos() - time.monotonicNanos() > 0
        && followedVersion >= now.imageVersion();
  }

  /** A heartbeat was answered. */
  void grant(long sentAtNanos, int sessionTimeoutMs, long imageVersion) {
    grant = new Grant(true, sentAtNanos + sessionTimeoutMs * NANOS_PER_MS, imageVersion);
  }

  /** The controller says that there is none. */
  void end() {
    grant = new Grant(false, 0, 0);
  }

  /** All shards follow the image of this version. */
  void onFollowed(long version) {
    followedVersion = version;
  }
}
