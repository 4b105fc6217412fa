package io.millrace.endpoint.session;

import io.millrace.model.Lease;
import java.util.concurrent.TimeUnit;

/**
 * Notices that this node does not reach its cluster any more: it has been without a {@link Lease}
 * for longer than the cluster needs to elect a controller. What its clients ask of other nodes then
 * waits for answers that do not come, and what this node led others lead by now.
 */
final class CutOff {
  /** Comes on top of {@code broker.session.timeout.ms}, after which a lease is over. */
  static final int PATIENCE_MS = 2_000;

  private final Lease lease;
  private boolean missing;
  private boolean noticed;
  private long missingSinceNanos;

  CutOff(Lease lease) {
    this.lease = lease;
  }

  /** Whether it has become so; true once, until the node has had a lease again. */
  boolean isNoticed(long nowNanos) {
    if (lease.isValid()) {
      missing = false;
      noticed = false;
      return false;
    }
    if (!missing) {
      missing = true;
      missingSinceNanos = nowNanos;
    }
    boolean isOver = nowNanos - missingSinceNanos >= TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    boolean isNews = isOver && !noticed;
    noticed |= isOver;
    return isNews;
  }
}
