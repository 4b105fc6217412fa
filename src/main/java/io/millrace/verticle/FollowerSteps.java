package io.millrace.verticle;

import io.millrace.bus.ReplicaFetchReply;
import io.millrace.bus.ReplicaFetchRequest;
import io.millrace.log.LogTask;
import io.millrace.partition.Following;
import io.millrace.partition.Partition;
import io.millrace.partition.PartitionLogs;
import io.millrace.record.RecordSlice;
import io.millrace.replication.EpochEnd;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what an answer of its leader makes a follower do: appends, truncates once the new
 * recovery point is written down, deletes what the leader has deleted.
 *
 * <p>Threading: the shard's thread.
 */
final class FollowerSteps {
  private static final Logger LOGGER = LoggerFactory.getLogger(FollowerSteps.class);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final PartitionLogs logs;
  private final FlushScheduler flushes;
  private final ShardUpkeep upkeep;
  private ByteBuffer scratch = ByteBuffer.allocateDirect(FetchPace.LEAST_BYTES);

  FollowerSteps(PartitionLogs logs, FlushScheduler flushes, ShardUpkeep upkeep) {
    this.logs = logs;
    this.flushes = flushes;
    this.upkeep = upkeep;
  }

  /** How the partition goes on. */
  enum Next {
    FETCH,
    BACK_OFF,
    BUSY,
    STOP
  }

  /** What a partition asks its leader for now. */
  static ReplicaFetchRequest.Entry entry(Partition partition) {
    ReplicaFetch fetch = partition.replication().nextFetch();
    return new ReplicaFetchRequest.Entry(
        partition.id(),
        fetch.leaderEpoch(),
        fetch.fetchOffset(),
        fetch.durableOffset(),
        fetch.lastFetchedEpoch(),
        fetch.highWatermark());
  }

  /**
   * Whether the next fetch should wait for an fsync: what is durable counts, and a fetch that the
   * leader holds until there is news would tell it too late.
   */
  static boolean mustFlushFirst(Partition partition) {
    return partition.countsDurable()
        && partition.offline().isEmpty()
        && partition.log().durableEndOffset() < partition.log().endOffset();
  }

  /**
   * Takes one answer over; the slice stays the caller's.
   *
   * @param whenDone called later, exactly once, if this returns BUSY
   */
  Next take(FollowedPartition followed, ReplicaFetchReply.Result result, Runnable whenDone) {
    HostedPartition hosted = followed.hosted();
    Partition partition = hosted.partition();
    Following next;
    try {
      next =
          partition
              .replication()
              .onReplicaAnswer(answer(result, followed.askedEpoch()), batches(result));
    } catch (IOException e) {
      return Next.BACK_OFF; // Of the answer, not of this log.
    } catch (RuntimeException e) {
      LOGGER.error("partition goes offline: {}", partition.name(), e);
      partition.onFailed(new IOException("an invariant of the log is broken: " + e, e));
      return Next.STOP;
    }
    flushes.touched(hosted);
    if (partition.replication().takeRefilled()) {
      refilled(hosted);
    }
    if (next instanceof Following.Truncate truncate) {
      truncate(hosted, truncate, whenDone);
      return Next.BUSY;
    }
    if (next instanceof Following.Delete delete) {
      delete(hosted, delete.task());
      return Next.FETCH;
    }
    if (next instanceof Following.BackOff backOff) {
      LOGGER.debug(
          "fetch again later: topic={} partition={} cause={}",
          partition.name().topic(),
          partition.name().partition(),
          backOff.reason());
      return Next.BACK_OFF;
    }
    return next instanceof Following.Stop ? Next.STOP : Next.FETCH;
  }

  private static ReplicaAnswer answer(ReplicaFetchReply.Result result, int lastFetchedEpoch) {
    return new ReplicaAnswer(
        result.error(),
        result.reason(),
        result.leaderEpoch(),
        result.fetchOffset(),
        lastFetchedEpoch,
        result.highWatermark(),
        result.logStartOffset(),
        result.divergingEndOffset() == ReplicaFetchReply.NOT_DIVERGING
            ? Optional.empty()
            : Optional.of(new EpochEnd(result.divergingEpoch(), result.divergingEndOffset())));
  }

  private ByteBuffer batches(ReplicaFetchReply.Result result) throws IOException {
    RecordSlice slice = result.slice().orElse(null);
    if (slice == null) {
      return NOTHING;
    }
    if (scratch.capacity() < slice.sizeBytes()) {
      scratch = ByteBuffer.allocateDirect(Integer.highestOneBit(slice.sizeBytes()) * 2);
    }
    scratch.clear().limit(slice.sizeBytes());
    while (scratch.hasRemaining()) {
      if (slice.read(scratch, scratch.position()) <= 0) {
        throw new IOException("an answer's batches end before their size");
      }
    }
    return scratch.flip();
  }

  /**
   * The new end is written down first, as the recovery point: else a loss of power would make what
   * is appended behind it look damaged. A checkpoint that was begun before must not come after it.
   */
  private void truncate(HostedPartition hosted, Following.Truncate truncate, Runnable whenDone) {
    Partition partition = hosted.partition();
    LogTask<?> before = before(partition, truncate.lacksCommitted());
    LOGGER.info(
        "truncating: topic={} partition={} offset={}",
        partition.name().topic(),
        partition.name().partition(),
        partition.log().endOffset());
    upkeep.whenNotCheckpointing(
        () ->
            hosted.maintain(
                () -> {
                  LogTask<?> checkpoint =
                      logs.checkpoint(Map.of(partition.id(), partition.progress()));
                  return HostedPartition.ignoringResult(
                      () -> {
                        before.run();
                        checkpoint.run();
                        return truncate.task().run();
                      });
                },
                done -> {
                  partition.replication().onTruncated();
                  whenDone.run();
                },
                failure -> {
                  partition.onFailed(failure);
                  whenDone.run();
                }));
  }

  private LogTask<?> before(Partition partition, boolean lacksCommitted) {
    return lacksCommitted ? logs.lacksCommitted(partition.id(), true) : () -> partition;
  }

  /** Until that is written down, the node would only come back more carefully than it need. */
  private void refilled(HostedPartition hosted) {
    hosted.maintain(
        () -> HostedPartition.ignoringResult(logs.lacksCommitted(hosted.partition().id(), false)),
        done -> {},
        failure ->
            LOGGER.warn(
                "not written down that the replica is whole: topic={} partition={} cause={}",
                hosted.partition().name().topic(),
                hosted.partition().name().partition(),
                failure.getMessage()));
  }

  private static void delete(HostedPartition hosted, LogTask<?> task) {
    hosted.maintain(
        () -> HostedPartition.ignoringResult(task),
        done -> hosted.reportSize(),
        failure ->
            LOGGER.warn(
                "old segments could not be deleted: topic={} partition={} cause={}",
                hosted.partition().name().topic(),
                hosted.partition().name().partition(),
                failure.getMessage()));
  }
}
