package io.millrace.client;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling from the first wait to the longest one, each
 * drawn from the upper half, so that a thousand clients do not come back in the same millisecond
 * (and none comes back later than the longest wait).
 *
 * <p>Threading: one thread.
 */
final class Backoff {
  private static final int MAX_DOUBLINGS = 30;

  private final long firstMs;
  private final long longestMs;
  private final RandomGenerator random;

  Backoff(long firstMs, long longestMs, RandomGenerator random) {
    this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.random = random;
  }

  /**
   * The wait after this many failures in a row.
   *
   * @param failures 1 or more
   */
  long delayMs(int failures) {
    int doublings = Math.min(Math.max(failures, 1) - 1, MAX_DOUBLINGS);
    long full = Math.min(longestMs, firstMs << doublings);
    return full - (full < 2 ? 0 : random.nextLong(full / 2));
  }
}
