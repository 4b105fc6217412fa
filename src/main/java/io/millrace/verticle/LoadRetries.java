package io.millrace.verticle;

import java.util.concurrent.TimeUnit;

/**
 * When a coordinator that is not loaded is loaded again: soon at first, then after twice as long
 * each time, up to ten seconds, until it has worked for that long. Remembers what was last said
 * about it, so that one cause is one line in the log.
 *
 * <p>Threading: one thread.
 */
final class LoadRetries {
  private static final long FIRST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private long restNanos = FIRST_REST_NANOS;
  private String lastReason = "";
  private long loadedNanos;
  private boolean loaded;
  private int failures;

  /** A load failed, or what was loaded had to be given up; how long to wait until the next one. */
  long failed(long nowNanos) {
    if (loaded && nowNanos - loadedNanos >= LONGEST_REST_NANOS) {
      reset();
    }
    loaded = false;
    failures++;
    long rest = restNanos;
    restNanos = Math.min(2 * restNanos, LONGEST_REST_NANOS);
    return rest;
  }

  /** Whether this is another reason than the last one. */
  boolean isNews(String reason) {
    boolean news = !reason.equals(lastReason);
    lastReason = reason;
    return news;
  }

  /** A load succeeded; how many failures came before it. */
  int loaded(long nowNanos) {
    loaded = true;
    loadedNanos = nowNanos;
    int before = failures;
    failures = 0;
    return before;
  }

  /** Things are not as they were when it failed. */
  void reset() {
    restNanos = FIRST_REST_NANOS;
    lastReason = "";
    failures = 0;
  }
}
