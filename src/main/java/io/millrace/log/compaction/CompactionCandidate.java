package io.millrace.log.compaction;

import io.millrace.log.segment.ClosedSegment;
import io.millrace.log.segment.CompactableLog;
import io.millrace.log.segment.CompactionSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What there is to compact in a log: closed segments from its start, of which those from the first
 * dirty offset on were never looked at.
 *
 * @param dirtyRatio bytes of segments with dirty records by bytes of all, 0 to 1
 */
record CompactionCandidate(List<ClosedSegment> segments, long firstDirtyOffset, double dirtyRatio) {

  /**
   * Whether a log is to be compacted now: enough of it is dirty, or the oldest dirty record has
   * waited for max.compaction.lag.ms, or tombstones are to go.
   *
   * @param limitOffset nothing at or past it is touched: the high watermark, and what a checkpoint
   *     says to be durable
   */
  static Optional<CompactionCandidate> of(CompactableLog log, long limitOffset) throws IOException {
    CompactionSettings settings = log.settings();
    if (!settings.compacts() || log.isOutOfUse()) {
      return Optional.empty();
    }
    long nowMs = log.nowMs();
    List<ClosedSegment> segments = oldEnough(log.closedSegments(limitOffset), settings, nowMs);
    if (segments.isEmpty()) {
      return Optional.empty();
    }
    long firstDirty = Math.max(log.progress().firstDirtyOffset(), segments.get(0).baseOffset());
    long dirtyBytes = 0;
    long bytes = 0;
    boolean isOverdue = log.progress().nextHorizonMs() <= nowMs;
    for (ClosedSegment segment : segments) {
      bytes += segment.sizeBytes();
      if (segment.nextOffset() > firstDirty) {
        isOverdue |= dirtyBytes == 0 && waitedLongEnough(segment, settings, nowMs);
        dirtyBytes += segment.sizeBytes();
      }
    }
    double ratio = (double) dirtyBytes / Math.max(1, bytes);
    boolean isDirtyEnough = dirtyBytes > 0 && ratio >= settings.minDirtyRatio();
    return isDirtyEnough || isOverdue
        ? Optional.of(new CompactionCandidate(segments, firstDirty, ratio))
        : Optional.empty();
  }

  private static List<ClosedSegment> oldEnough(
      List<ClosedSegment> segments, CompactionSettings settings, long nowMs) {
    if (settings.minLagMs() == 0) {
      return segments;
    }
    int count = 0;
    while (count < segments.size()
        && nowMs - segments.get(count).newestTimestampMs() >= settings.minLagMs()) {
      count++;
    }
    return segments.subList(0, count);
  }

  private static boolean waitedLongEnough(
      ClosedSegment segment, CompactionSettings settings, long nowMs) {
    return segment.firstTimestampMs() >= 0
        && nowMs - segment.firstTimestampMs() > settings.maxLagMs();
  }

  /** There can be no more dirty records, and so keys, than this. */
  long dirtyRecordsAtMost() {
    long end = segments.get(segments.size() - 1).nextOffset();
    return Math.max(0, end - firstDirtyOffset);
  }

  /** Those that may have dirty records. */
  List<ClosedSegment> dirtySegments() {
    return segments.stream().filter(segment -> segment.nextOffset() > firstDirtyOffset).toList();
  }
}
