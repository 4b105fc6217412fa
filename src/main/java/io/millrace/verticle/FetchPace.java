package io.millrace.verticle;

/**
 * How much is asked of one leader at a time: less while round trips are slow, so that a heartbeat
 * behind an answer is not late, and more again when they are quick.
 *
 * <p>Threading: the shard's thread.
 */
final class FetchPace {
  static final int LEAST_BYTES = 16 * 1024;

  private static final long SLOW_NANOS = 20_000_000;
  private static final long QUICK_NANOS = 10_000_000;

  private final int mostBytes;
  private int bytes;

  FetchPace(int mostBytes) {
    this.mostBytes = mostBytes;
    this.bytes = mostBytes;
  }

  /** For the next fetch. */
  int bytes() {
    return bytes;
  }

  /** An answer with records took so long, without what the leader waited for news. */
  void onRoundTrip(long nanos) {
    if (nanos > SLOW_NANOS) {
      bytes = Math.max(LEAST_BYTES, bytes / 2);
    } else if (nanos < QUICK_NANOS) {
      bytes = Math.min(mostBytes, bytes * 2);
    }
  }
}
