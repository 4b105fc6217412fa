package io.millrace.log.retention;

import java.util.List;

/**
 * Decides which of a log's segments go: always the oldest ones, so that the log stays without gaps,
 * and none that holds a record at or past the high watermark. A segment goes if
 *
 * <ul>
 *   <li>the log start offset is at or past its end (DeleteRecords),
 *   <li>its newest record is older than retention.ms; records without a timestamp never are,
 *   <li>what remains without it is still at least retention.bytes.
 * </ul>
 *
 * <p>Threading: stateless.
 */
public final class Retention {
  private Retention() {}

  /**
   * What to do.
   *
   * @param oldestSegments how many of the oldest segments go
   * @param rollFirst whether the active segment is one of them, so that a new one must be begun
   */
  public record Decision(int oldestSegments, boolean rollFirst) {}

  /**
   * @param segments all segments, oldest first, the active one last
   * @param nowMs the time of {@link RetentionClock}
   */
  public static Decision decide(
      List<SegmentSummary> segments,
      RetentionLimits limits,
      long logStartOffset,
      long highWatermark,
      long nowMs) {
    long remainingBytes = segments.stream().mapToLong(SegmentSummary::sizeBytes).sum();
    int count = 0;
    for (SegmentSummary segment : segments) {
      boolean active = count == segments.size() - 1;
      if (segment.nextOffset() > highWatermark || (active && segment.isEmpty())) {
        break;
      }
      remainingBytes -= segment.sizeBytes();
      boolean tooMuch = limits.retentionBytes() >= 0 && remainingBytes >= limits.retentionBytes();
      boolean unwanted = tooMuch && !active;
      if (!unwanted && segment.nextOffset() > logStartOffset && !isTooOld(segment, limits, nowMs)) {
        break;
      }
      count++;
    }
    return new Decision(count, count > 0 && count == segments.size());
  }

  private static boolean isTooOld(SegmentSummary segment, RetentionLimits limits, long nowMs) {
    return limits.retentionMs() >= 0
        && segment.newestTimestampMs() != SegmentSummary.NO_TIMESTAMP
        && nowMs - segment.newestTimestampMs() > limits.retentionMs();
  }
}
