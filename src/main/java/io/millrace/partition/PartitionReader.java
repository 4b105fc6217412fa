package io.millrace.partition;

import io.millrace.log.PartitionLog;
import io.millrace.log.PartitionLog.EpochEnd;
import io.millrace.log.PartitionLog.TimestampOffset;
import io.millrace.log.ReadOutcome;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.record.RecordSlice;
import java.util.Optional;

/**
 * What can be asked of a partition without changing it. Consumers see nothing at or above the high
 * watermark, and only while this replica leads.
 *
 * <p>Threading: the partition's owner thread.
 */
public final class PartitionReader {
  static final String NOT_LEADING =
      "this broker does not lead the partition; look up its leader again";

  private final Partition partition;
  private final PartitionLog log;

  PartitionReader(Partition partition, PartitionLog log) {
    this.partition = partition;
    this.log = log;
  }

  /**
   * Reads from an offset, up to the high watermark.
   *
   * @param currentLeaderEpoch the epoch that the reader believes in, -1 if it does not say
   * @param maxBytes 0 or less to be told the offsets only
   */
  public PartitionRead read(long offset, int currentLeaderEpoch, int maxBytes) {
    return read(offset, currentLeaderEpoch, maxBytes, false);
  }

  /**
   * Reads from an offset, up to the high watermark as this replica knows it.
   *
   * @param fromFollower whether a replica that only follows may answer as well (KIP-392)
   */
  public PartitionRead read(
      long offset, int currentLeaderEpoch, int maxBytes, boolean fromFollower) {
    Optional<PartitionRead.Ready> refused = refuse(currentLeaderEpoch, fromFollower);
    if (refused.isPresent()) {
      return refused.get();
    }
    if (maxBytes <= 0) {
      return ready(ErrorCode.NONE, "", Optional.empty());
    }
    if (!isLeading() && offset > log.endOffset()) {
      // The leader may have it: this is no reason to look for another position (KIP-392).
      return ready(ErrorCode.OFFSET_NOT_AVAILABLE, "this follower is behind", Optional.empty());
    }
    if (!isLeading() && offset > partition.highWatermark()) {
      // It is here, and will be seen once this follower has heard that it is committed.
      return ready(ErrorCode.NONE, "", Optional.empty());
    }
    ReadOutcome outcome = log.read(offset, maxBytes, partition.highWatermark());
    return outcome instanceof ReadOutcome.Cold cold
        ? new PartitionRead.Cold(cold.task())
        : finishRead(outcome);
  }

  private boolean isLeading() {
    return partition.leading() != null;
  }

  private boolean isFollowing() {
    return partition.following() != null;
  }

  /** What its log is now, whoever leads it. */
  public LogDescription describe() {
    return log.describe();
  }

  /** The answer that a read, or the task of a cold one, comes to. */
  public PartitionRead.Ready finishRead(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Batches batches) {
      return ready(ErrorCode.NONE, "", Optional.of(batches.slice()));
    }
    if (outcome instanceof ReadOutcome.OutOfRange range) {
      String reason =
          "the log holds offsets " + range.logStartOffset() + " to " + range.logEndOffset();
      return ready(ErrorCode.OFFSET_OUT_OF_RANGE, reason, Optional.empty());
    }
    if (outcome instanceof ReadOutcome.Damaged damaged) {
      partition.checkHealth();
      // Another replica is to lead.
      return partition.repair().isDamaged()
          ? ready(ErrorCode.NOT_LEADER_OR_FOLLOWER, damaged.reason(), Optional.empty())
          : ready(ErrorCode.STORAGE_ERROR, damaged.reason(), Optional.empty());
    }
    return ready(ErrorCode.NONE, "", Optional.empty());
  }

  private PartitionRead.Ready ready(ErrorCode error, String reason, Optional<RecordSlice> slice) {
    return new PartitionRead.Ready(
        error,
        reason,
        slice,
        isLeading() || isFollowing() ? partition.highWatermark() : -1,
        log.startOffset(),
        isLeading() ? partition.leaderEpoch() : -1);
  }

  /** Why nothing can be asked, if so. */
  Optional<PartitionRead.Ready> refuse(int currentLeaderEpoch, boolean fromFollower) {
    if (partition.offline().isPresent()) {
      return Optional.of(
          ready(ErrorCode.STORAGE_ERROR, partition.offline().get(), Optional.empty()));
    }
    boolean serves =
        isLeading()
            ? partition.hasLease()
            : fromFollower && isFollowing() && !partition.repair().isDamaged();
    if (!serves) {
      return Optional.of(ready(ErrorCode.NOT_LEADER_OR_FOLLOWER, NOT_LEADING, Optional.empty()));
    }
    return partition
        .wrongEpoch(currentLeaderEpoch)
        .map(
            error ->
                ready(
                    error, epochs(currentLeaderEpoch, partition.leaderEpoch()), Optional.empty()));
  }

  static String epochs(int named, int leaderEpoch) {
    return "the request names leader epoch " + named + ", it is " + leaderEpoch;
  }

  /** The log start offset. */
  public OffsetLookup.Found earliest() {
    return refuse(-1, false)
        .map(PartitionReader::failedLookup)
        .orElseGet(() -> found(log.startOffset()));
  }

  /** The high watermark, which never steps back from one leader to the next (KIP-207). */
  public OffsetLookup.Found latest() {
    return refuse(-1, false)
        .or(this::refuseStale)
        .map(PartitionReader::failedLookup)
        .orElseGet(() -> found(partition.highWatermark()));
  }

  /** Refuses what depends on the high watermark, as long as a new leader knows an old one only. */
  private Optional<PartitionRead.Ready> refuseStale() {
    LeaderRole role = partition.leading();
    return role == null || role.replica().knowsCommitted()
        ? Optional.empty()
        : Optional.of(
            ready(
                ErrorCode.OFFSET_NOT_AVAILABLE,
                "the new leader does not know yet what is committed above offset "
                    + partition.highWatermark(),
                Optional.empty()));
  }

  /** The largest epoch that is not above this one, and one more than its last offset (KIP-320). */
  public OffsetLookup.Found endOfEpoch(int leaderEpoch) {
    return refuse(-1, false)
        .map(PartitionReader::failedLookup)
        .orElseGet(
            () -> {
              EpochEnd end = log.endOfEpoch(leaderEpoch);
              return found(ErrorCode.NONE, "", end.endOffset(), -1, end.leaderEpoch());
            });
  }

  /** The first offset whose record's timestamp is at least this. */
  public OffsetLookup byTimestamp(long timestampMs) {
    Optional<PartitionRead.Ready> refused = refuse(-1, false);
    return refused.isPresent()
        ? failedLookup(refused.get())
        : new OffsetLookup.Search(log.offsetForTimestamp(timestampMs));
  }

  /** The first of the records that have the newest timestamp. */
  public OffsetLookup byNewestTimestamp() {
    Optional<PartitionRead.Ready> refused = refuse(-1, false);
    return refused.isPresent()
        ? failedLookup(refused.get())
        : new OffsetLookup.Search(log.offsetForNewestTimestamp());
  }

  /** The answer that a search comes to; a record above the high watermark does not exist yet. */
  public OffsetLookup.Found finishLookup(Optional<TimestampOffset> searched) {
    Optional<PartitionRead.Ready> refused = refuse(-1, false);
    if (refused.isPresent()) {
      return failedLookup(refused.get());
    }
    TimestampOffset at = searched.orElse(null);
    return at == null || at.offset() >= partition.highWatermark()
        ? refuseStale()
            .map(PartitionReader::failedLookup)
            .orElseGet(() -> found(ErrorCode.NONE, "", -1, -1, -1))
        : found(ErrorCode.NONE, "", at.offset(), at.timestampMs(), at.leaderEpoch());
  }

  private OffsetLookup.Found found(long offset) {
    return found(ErrorCode.NONE, "", offset, -1, partition.leaderEpoch());
  }

  private OffsetLookup.Found found(
      ErrorCode error, String reason, long offset, long timestampMs, int epoch) {
    return new OffsetLookup.Found(
        error, reason, offset, timestampMs, epoch, log.startOffset(), partition.highWatermark());
  }

  private static OffsetLookup.Found failedLookup(PartitionRead.Ready refused) {
    return new OffsetLookup.Found(refused.error(), refused.reason(), -1, -1, -1, -1, -1);
  }
}
