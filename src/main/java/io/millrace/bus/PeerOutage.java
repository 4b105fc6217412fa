package io.millrace.bus;

import io.millrace.model.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once when another node cannot be written to, and why, and once when it can again, whatever
 * is tried meanwhile. What is written within a second of a failure says nothing: it may have gone
 * into a connection whose end is not known yet.
 *
 * <p>Threading: any thread.
 */
final class PeerOutage {
  private static final Logger LOG = LoggerFactory.getLogger(PeerOutage.class);
  private static final long CALM_NANOS = 1_000_000_000L;
  private static final long NANOS_PER_MS = 1_000_000;

  private final String key;
  private final TimeSource time;
  private volatile boolean lasts;
  private long sinceNanos;
  private long lastFailureNanos;
  private long failures;

  PeerOutage(String key, TimeSource time) {
    this.key = key;
    this.time = time;
  }

  /** A message was not written. */
  synchronized void onFailed(Throwable cause) {
    lastFailureNanos = time.monotonicNanos();
    failures++;
    if (!lasts) {
      lasts = true;
      sinceNanos = lastFailureNanos;
      failures = 1;
      LOG.warn(
          "node cannot be reached, said once until it can: nodeId={} cause={}",
          key,
          cause.toString());
    }
  }

  /** A message was written to a connection. */
  void onWritten() {
    if (lasts) {
      endIfCalm();
    }
  }

  private synchronized void endIfCalm() {
    long now = time.monotonicNanos();
    if (lasts && now - lastFailureNanos >= CALM_NANOS) {
      lasts = false;
      LOG.info(
          "node is reached again: nodeId={} afterMs={} lostMessages={}",
          key,
          (now - sinceNanos) / NANOS_PER_MS,
          failures);
    }
  }
}
