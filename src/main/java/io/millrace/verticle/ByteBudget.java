package io.millrace.verticle;

/**
 * So many bytes a second, saved up for one second at most. Taking may overdraw it: what comes next
 * waits until the debt is paid.
 *
 * <p>Threading: the shard's thread.
 */
final class ByteBudget {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double bytesPerSecond;
  private double left;
  private long filledNanos;

  ByteBudget(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = (double) Math.max(1, bytesPerSecond);
    this.left = this.bytesPerSecond;
    this.filledNanos = nowNanos;
  }

  boolean hasSome(long nowNanos) {
    double earned = (nowNanos - filledNanos) / NANOS_PER_SECOND * bytesPerSecond;
    left = Math.min(bytesPerSecond, left + earned);
    filledNanos = nowNanos;
    return left > 0;
  }

  void take(long bytes) {
    left -= bytes;
  }
}
