package io.millrace.replication;

import io.millrace.model.ErrorCode;

/**
 * A follower's view of a partition in one leader epoch: what it asks for next, and what the answer
 * makes it do. Where its history is not the leader's it goes back to where they part (KIP-101,
 * KIP-279, KIP-320): the leader says where its largest epoch that is not above the follower's last
 * one ends; the follower cuts there, or where it ends itself if that is earlier, and asks again.
 *
 * <p>Invariants, checked in production: {@code high watermark <= log end}; it never moves back
 * within a leader epoch; nothing below it is truncated, unless the leader was elected uncleanly.
 *
 * <p>Threading: the partition's owner thread.
 */
public final class FollowerReplica {
  private final int leaderEpoch;
  private final boolean leaderUnclean;
  private final ReplicaLog log;
  private long highWatermark;

  /**
   * Begins to follow.
   *
   * @param leaderUnclean whether the leader was elected without being in sync
   * @param highWatermark as this replica knew it; not above the log's end
   */
  public FollowerReplica(
      int leaderEpoch, boolean leaderUnclean, ReplicaLog log, long highWatermark) {
    this.leaderEpoch = leaderEpoch;
    this.leaderUnclean = leaderUnclean;
    this.log = log;
    this.highWatermark = highWatermark;
    requireOrder();
  }

  public int leaderEpoch() {
    return leaderEpoch;
  }

  /** Everything below is committed, as far as this follower has heard. */
  public long highWatermark() {
    return highWatermark;
  }

  /** What to ask the leader for now. */
  public ReplicaFetch nextFetch() {
    return new ReplicaFetch(
        leaderEpoch, log.endOffset(), log.durableEndOffset(), lastFetchedEpoch(), highWatermark);
  }

  /** What is below the log's start does not tell whose history the rest continues. */
  private int lastFetchedEpoch() {
    return log.endOffset() == log.startOffset() ? -1 : log.latestEpoch();
  }

  /** Else the log was cut, or has grown, since that was asked. */
  private boolean isAboutThisLog(ReplicaAnswer answer) {
    return answer.leaderEpoch() == leaderEpoch
        && answer.fetchOffset() == log.endOffset()
        && answer.lastFetchedEpoch() == lastFetchedEpoch();
  }

  /** What the answer asks for; nothing is changed yet. */
  public FollowerStep onAnswer(ReplicaAnswer answer) {
    if (answer.error() != ErrorCode.NONE && answer.error() != ErrorCode.OFFSET_OUT_OF_RANGE) {
      return new FollowerStep.Retry(answer.error() + ": " + answer.reason());
    }
    if (!isAboutThisLog(answer)) {
      return new FollowerStep.Ignore();
    }
    if (answer.error() == ErrorCode.OFFSET_OUT_OF_RANGE) {
      return answer.logStartOffset() > log.endOffset()
          ? new FollowerStep.StartOverAt(answer.logStartOffset())
          : new FollowerStep.Retry(answer.reason());
    }
    return answer.diverging().map(this::goBack).orElseGet(FollowerStep.Append::new);
  }

  private FollowerStep goBack(EpochEnd leaders) {
    long target = Math.min(leaders.endOffset(), log.endOfEpoch(leaders.epoch()).endOffset());
    if (target >= log.endOffset()) {
      return new FollowerStep.Broken(
          "the leader's log parts from this one at offset "
              + target
              + ", but this one ends at "
              + log.endOffset());
    }
    if (target < log.startOffset() || (target < highWatermark && !leaderUnclean)) {
      return new FollowerStep.Broken(
          "the leader's log parts from this one at offset "
              + target
              + ", which is below what was committed, "
              + Math.max(highWatermark, log.startOffset()));
    }
    return new FollowerStep.TruncateTo(target);
  }

  /** The answer's batches are appended; whether the high watermark moved. */
  public boolean onAppended(long leadersHighWatermark) {
    long next = Math.min(leadersHighWatermark, log.endOffset());
    if (next <= highWatermark) {
      return false;
    }
    highWatermark = next;
    return true;
  }

  /** The log now ends at this offset or, as batches are cut whole, a little before. */
  public void onTruncated(long offset) {
    highWatermark = Math.max(log.startOffset(), Math.min(highWatermark, offset));
  }

  private void requireOrder() {
    if (highWatermark > log.endOffset()) {
      throw new IllegalStateException(
          "high watermark " + highWatermark + " is above the log's end " + log.endOffset());
    }
  }
}
