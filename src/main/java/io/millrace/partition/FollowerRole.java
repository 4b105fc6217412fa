package io.millrace.partition;

import io.millrace.log.AppendOutcome;
import io.millrace.log.PartitionLog;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.replication.FollowerReplica;
import io.millrace.replication.FollowerStep;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A partition that this node follows, in one leader epoch.
 *
 * <p>Threading: the partition's owner thread.
 */
final class FollowerRole {
  private final NodeId leader;
  private final PartitionLog log;
  private final FollowerReplica replica;

  FollowerRole(
      NodeId leader, int leaderEpoch, boolean leaderUnclean, PartitionLog log, long highWatermark) {
    this.leader = leader;
    this.log = log;
    this.replica = new FollowerReplica(leaderEpoch, leaderUnclean, new LogView(log), highWatermark);
  }

  NodeId leader() {
    return leader;
  }

  FollowerReplica replica() {
    return replica;
  }

  ReplicaFetch nextFetch() {
    return replica.nextFetch();
  }

  /** What an answer came to. */
  sealed interface Result {
    /** So much was appended, and the high watermark may have moved. */
    record Appended(long bytes, boolean highWatermarkMoved) implements Result {}

    /** To be done by the partition. */
    record Next(Following following) implements Result {}

    /** The partition goes offline. */
    record Broken(String reason) implements Result {}
  }

  Result onAnswer(ReplicaAnswer answer, ByteBuffer batches) {
    FollowerStep step = replica.onAnswer(answer);
    if (step instanceof FollowerStep.Append) {
      return append(answer, batches);
    }
    if (step instanceof FollowerStep.TruncateTo truncate) {
      Following.Truncate next = new Following.Truncate(log.truncateTo(truncate.offset()), false);
      replica.onTruncated(truncate.offset());
      return new Result.Next(next);
    }
    if (step instanceof FollowerStep.StartOverAt startOver) {
      Following.Truncate next = new Following.Truncate(log.startOverAt(startOver.offset()), false);
      replica.onTruncated(startOver.offset());
      return new Result.Next(next);
    }
    if (step instanceof FollowerStep.Broken broken) {
      return new Result.Broken(broken.reason());
    }
    return new Result.Next(
        step instanceof FollowerStep.Retry retry
            ? new Following.BackOff(retry.reason())
            : new Following.Fetch());
  }

  private Result append(ReplicaAnswer answer, ByteBuffer batches) {
    long bytes = batches.remaining();
    if (bytes > 0) {
      AppendOutcome outcome = log.appendAsFollower(batches, replica.leaderEpoch());
      if (outcome instanceof AppendOutcome.Refused refused) {
        // What came before the refused batch is in the log: it is asked for from there on.
        return new Result.Next(new Following.BackOff(refused.error() + ": " + refused.reason()));
      }
    }
    return new Result.Appended(bytes, replica.onAppended(answer.highWatermark()));
  }

  /** Cuts damage away; what is left is what it has from now on. */
  Following cutDamage() {
    Following.Truncate next = new Following.Truncate(log.cutDamage(), true);
    replica.onTruncated(log.endOffset());
    return next;
  }

  /** Deletes what the leader has deleted, as far as it is committed here. */
  Optional<Following> followStart(long leadersStartOffset) {
    long start = Math.min(leadersStartOffset, replica.highWatermark());
    return start > log.startOffset()
        ? Optional.of(new Following.Delete(log.deleteRecordsBefore(start)))
        : Optional.empty();
  }

  /** What is answered to a follower's own followers, who asked the wrong node. */
  static ReplicaAnswer notLeading(ReplicaFetch fetch, int leaderEpoch) {
    return ReplicaAnswer.failed(
        ErrorCode.NOT_LEADER_OR_FOLLOWER, PartitionReader.NOT_LEADING, leaderEpoch, fetch);
  }
}
