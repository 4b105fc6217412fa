package io.millrace.replication;

/**
 * How far a follower is, as its leader knows from what it fetches.
 *
 * <p>Threading: immutable.
 *
 * @param endOffset it has everything below
 * @param durableOffset everything below is on its stable storage
 * @param brokerEpoch under which it fetched last
 * @param caughtUpNanos when it last had all that the leader had then; the beginning of the leader's
 *     epoch if it never did
 * @param markOffset the leader's end at {@code markNanos}, which the follower is yet to reach
 */
record FollowerPosition(
    long endOffset,
    long durableOffset,
    long brokerEpoch,
    long caughtUpNanos,
    long markOffset,
    long markNanos) {

  /** Of a follower that was not heard of in this epoch: any fetch sets its mark. */
  static FollowerPosition unknown(long brokerEpoch, long epochStartNanos) {
    return new FollowerPosition(-1, -1, brokerEpoch, epochStartNanos, -1, epochStartNanos);
  }

  /** What counts of it towards the high watermark. */
  long share(boolean durableCounts) {
    return durableCounts ? durableOffset : endOffset;
  }

  /**
   * It asks for records from an offset. One that has reached its mark had, when that was set, all
   * that the leader had.
   */
  FollowerPosition fetching(
      long fetchOffset,
      long durable,
      long epoch,
      boolean durableCounts,
      long leaderEnd,
      long nowNanos) {
    long reached = durableCounts ? durable : fetchOffset;
    if (reached >= leaderEnd) {
      return new FollowerPosition(fetchOffset, durable, epoch, nowNanos, leaderEnd, nowNanos);
    }
    return reached >= markOffset
        ? new FollowerPosition(fetchOffset, durable, epoch, markNanos, leaderEnd, nowNanos)
        : new FollowerPosition(fetchOffset, durable, epoch, caughtUpNanos, markOffset, markNanos);
  }
}
