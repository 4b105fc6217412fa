package io.millrace.log;

import io.millrace.model.LogDescription;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The log of one partition. Invariants, checked in production: {@code startOffset <=
 * durableEndOffset <= endOffset}; offsets and leader epochs never decrease along the log; no byte
 * is served whose batch was not checked against its CRC by this process.
 *
 * <p>Threading: all methods on the owner thread; {@link LogTask}s on a pool, at most one flush and
 * one maintenance task at a time.
 */
public interface PartitionLog {
  long startOffset();

  /** One more than the offset of the last record: where the next one goes. */
  long endOffset();

  /** All records below it are on stable storage. */
  long durableEndOffset();

  /** The epoch of the newest batch, -1 in an empty log. */
  int latestEpoch();

  long sizeBytes();

  /** Why this log takes no more writes and must not lead, if so. */
  Optional<String> damage();

  /**
   * Where bytes begin that are not what was written; everything below is as good as ever, as far as
   * is known. Empty if nothing is damaged, or nobody knows where, or the disk has failed.
   */
  OptionalLong damagedFrom();

  /**
   * Checks one batch, gives it its offsets and this epoch, and writes it. The buffer is the
   * caller's; its base offset, epoch and, for LogAppendTime, timestamp and CRC are set in place.
   */
  AppendOutcome append(ByteBuffer batch, int leaderEpoch);

  /**
   * Writes batches as the leader of their epoch stored them, with its offsets and epochs. Each is
   * checked: it begins where the log ends, its epoch is neither older than the newest here nor
   * newer than {@code leaderEpoch}, its CRC is right. Those before the first that is refused are
   * appended; {@link #endOffset} says how many.
   */
  AppendOutcome appendAsFollower(ByteBuffer batches, int leaderEpoch);

  /**
   * Reads whole batches from the one that contains {@code offset}, up to {@code maxBytes} but at
   * least one batch, none of which contains an offset at or past {@code limitOffsetExclusive}.
   */
  ReadOutcome read(long offset, int maxBytes, long limitOffsetExclusive);

  /**
   * Where the oldest batch begins that is still here: at the start offset, or below it where the
   * records before the start were deleted and their batches stay for now. Replicas copy from here,
   * since batches are only ever copied whole.
   */
  long firstOffset();

  /**
   * Reads for a replica: from {@link #firstOffset} up to the log's end, and also the batches
   * without records that compaction leaves and other readers are spared.
   */
  ReadOutcome readForReplica(long offset, int maxBytes);

  /**
   * Starts an fsync of all that is written now; hand its result to {@link #flushed}, an exception
   * to {@link #failed}.
   */
  LogTask<Long> beginFlush();

  /** The durable end offset has moved to here. */
  void flushed(long durableEndOffset);

  /** A write or an fsync failed: the log is damaged from now on; never retried. */
  void failed(IOException cause);

  /**
   * The first offset whose record's timestamp is at least this; empty if there is none. Blocking.
   */
  LogTask<Optional<TimestampOffset>> offsetForTimestamp(long timestampMs);

  /**
   * The first of the records that have the newest timestamp of all; empty if there are none with a
   * timestamp. Blocking.
   */
  LogTask<Optional<TimestampOffset>> offsetForNewestTimestamp();

  /** The end offset of the largest epoch that is not above this one (KIP-101, KIP-320). */
  EpochEnd endOfEpoch(int leaderEpoch);

  /**
   * Removes every record at or past this offset, durably. Not below the high watermark, unless the
   * caller knows better. Before it runs the task, the caller has written down a recovery point at
   * or below the offset: else a loss of power makes what is appended there look damaged.
   */
  LogTask<?> truncateTo(long offset);

  /**
   * Removes every record at or past {@link #damagedFrom}, durably; what is left is whole, and is
   * appended to again. The caller knows that another replica has what is removed and is committed.
   * As with {@link #truncateTo}, the caller has written a recovery point down before.
   */
  LogTask<?> cutDamage();

  /**
   * Takes everything out, durably, and goes on at an offset above the end: a follower whose records
   * are all older than its leader's log. Before it runs the task, the caller has written down the
   * new log start offset, which counts at once.
   */
  LogTask<?> startOverAt(long offset);

  /**
   * Raises the log start offset (DeleteRecords); whole segments below go. The returned task deletes
   * files. The caller writes the new log start offset down before it acknowledges it: files alone
   * do not remember it.
   */
  LogTask<?> deleteRecordsBefore(long offset);

  /**
   * Applies retention.ms and retention.bytes below the high watermark; the returned task deletes
   * files.
   */
  LogTask<?> enforceRetention(long nowMs, long highWatermark);

  /** What it is now, with its idempotent producers. */
  LogDescription describe();

  /** New topic settings, in force for the next append or retention pass. */
  void configure(SettingValues topicSettings);

  /**
   * Syncs everything and closes the files once the last slice is released. Blocking; after it every
   * call is refused.
   */
  LogTask<?> close();

  /** A record's offset and timestamp. */
  record TimestampOffset(long timestampMs, long offset, int leaderEpoch) {}

  /** An epoch and one more than its last offset. */
  record EpochEnd(int leaderEpoch, long endOffset) {}
}
