package io.millrace.log.segment;

import io.millrace.log.DiskFullException;
import io.millrace.log.retention.Retention;
import io.millrace.log.retention.RetentionLimits;
import io.millrace.log.retention.SegmentSummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Applies the retention decision to a log's segments. Only what is below the high watermark and
 * durable goes, so that no replica ever needs it.
 *
 * <p>Threading: the log's owner thread.
 */
final class RetentionPass {
  /** Without cleanup.policy=delete only DeleteRecords takes segments away. */
  private static final RetentionLimits NO_LIMITS = new RetentionLimits(-1, -1);

  private RetentionPass() {}

  /** How many of the oldest segments go now; if all are to go, a new one is begun. */
  static int begin(LogState state, LogAppender appender, long highWatermark) throws IOException {
    LogConfig config = state.config();
    Retention.Decision decision =
        Retention.decide(
            summaries(state.segments()),
            config.compaction().deletes()
                ? new RetentionLimits(config.retentionMs(), config.retentionBytes())
                : NO_LIMITS,
            state.startOffset(),
            Math.min(highWatermark, state.pending().deletableEnd()),
            state.retentionClock().nowMs());
    if (!decision.rollFirst()) {
      return decision.oldestSegments();
    }
    try {
      appender.roll();
    } catch (DiskFullException e) {
      SegmentLog.LOG.warn("{}: no space to begin a new segment", state.directory());
    }
    return decision.oldestSegments() - 1; // The one just closed goes once its successor is durable.
  }

  private static List<SegmentSummary> summaries(SegmentList segments) throws IOException {
    List<SegmentSummary> summaries = new ArrayList<>(segments.size());
    for (Segment segment : segments.all()) {
      summaries.add(
          new SegmentSummary(
              segment.baseOffset(),
              segment.nextOffset(),
              segment.sizeBytes(),
              segment.newestTimestampMs()));
    }
    return summaries;
  }
}
