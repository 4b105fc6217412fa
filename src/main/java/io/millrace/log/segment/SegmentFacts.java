package io.millrace.log.segment;

import java.nio.file.Path;

/**
 * A segment as its log's owner saw it.
 *
 * @param nextOffset one more than the last offset in it
 */
public record SegmentFacts(Path log, long baseOffset, long nextOffset, int sizeBytes) {
  static SegmentFacts of(Segment segment) {
    return new SegmentFacts(
        segment.log().path(), segment.baseOffset(), segment.nextOffset(), segment.sizeBytes());
  }
}
