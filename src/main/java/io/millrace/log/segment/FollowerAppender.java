package io.millrace.log.segment;

import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Refused;
import io.millrace.log.DiskFullException;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.BatchRewriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The follower's append: batches stay as the leader stored them, with its offsets and epochs. What
 * is checked is what makes them a continuation of this log: each begins where the one before ends,
 * no epoch goes back or is newer than the leader's, and the bytes match their CRC. Producers are
 * taken note of and not judged: the leader has done that.
 *
 * <p>Threading: the log's owner thread.
 */
final class FollowerAppender {
  private final LogState state;
  private final LogAppender appender;

  FollowerAppender(LogState state, LogAppender appender) {
    this.state = state;
    this.appender = appender;
  }

  /** Appends whole batches, back to back; those before the first that is refused are appended. */
  AppendOutcome append(ByteBuffer batches, int leaderEpoch) {
    long base = state.endOffset();
    int at = batches.position();
    while (at < batches.limit()) {
      Refused refused = appendNext(batches, at, leaderEpoch);
      if (refused != null) {
        return refused;
      }
      at += BatchHeader.sizeBytes(batches, at);
    }
    return new Appended(base, state.endOffset() - 1, -1);
  }

  private @Nullable Refused appendNext(ByteBuffer batches, int at, int leaderEpoch) {
    try {
      BatchHeader.requireValid(batches, at);
    } catch (StreamException e) {
      return new Refused(e.code(), String.valueOf(e.getMessage()));
    }
    ByteBuffer batch = inPlace(batches.slice(at, BatchHeader.sizeBytes(batches, at)));
    Refused refused = check(batch, leaderEpoch);
    if (refused != null) {
      return refused;
    }
    try {
      appender.store(batch);
      return null;
    } catch (DiskFullException e) {
      return appender.cutPartialWrite(e);
    } catch (IOException e) {
      return appender.failed(e);
    }
  }

  /**
   * Compaction on the leader fills holes with one batch without records, which may begin before
   * this log's end: only the part behind it is missing here.
   */
  private ByteBuffer inPlace(ByteBuffer batch) {
    boolean isHole =
        BatchHeader.recordCount(batch, 0) == 0
            && BatchHeader.producerId(batch, 0) == BatchHeader.NO_PRODUCER_ID;
    long end = state.endOffset();
    return isHole
            && BatchHeader.baseOffset(batch, 0) < end
            && BatchHeader.lastOffset(batch, 0) >= end
        ? BatchRewriter.inPlaceOf(
            end,
            BatchHeader.lastOffset(batch, 0),
            BatchHeader.leaderEpoch(batch, 0),
            BatchHeader.maxTimestampMs(batch, 0))
        : batch;
  }

  private @Nullable Refused check(ByteBuffer batch, int leaderEpoch) {
    long base = BatchHeader.baseOffset(batch, 0);
    if (base != state.endOffset() || BatchHeader.lastOffsetDelta(batch, 0) < 0) {
      return new Refused(
          ErrorCode.OFFSET_OUT_OF_RANGE,
          "the leader's batch has offsets "
              + base
              + " to "
              + BatchHeader.lastOffset(batch, 0)
              + ", this log ends at "
              + state.endOffset());
    }
    int epoch = BatchHeader.leaderEpoch(batch, 0);
    if (epoch < Math.max(0, state.epochs().latest()) || epoch > leaderEpoch) {
      return new Refused(
          ErrorCode.FENCED_LEADER_EPOCH,
          "the leader's batch has epoch "
              + epoch
              + ", expected "
              + Math.max(0, state.epochs().latest())
              + " to "
              + leaderEpoch);
    }
    return null;
  }
}
