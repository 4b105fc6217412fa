package io.millrace.log.compaction;

import io.millrace.log.segment.ClosedSegment;
import java.util.ArrayList;
import java.util.List;

/** Which neighbouring segments become one: as many as fit, so that small ones do not pile up. */
final class SegmentGroups {
  private SegmentGroups() {}

  /**
   * @param segments oldest first
   * @param segmentBytes the most that the segments of a group have together, unless it is only one
   */
  static List<List<ClosedSegment>> of(List<ClosedSegment> segments, int segmentBytes) {
    List<List<ClosedSegment>> groups = new ArrayList<>();
    List<ClosedSegment> group = new ArrayList<>();
    long bytes = 0;
    for (ClosedSegment segment : segments) {
      bytes += segment.sizeBytes();
      boolean fits =
          group.isEmpty()
              || (bytes <= segmentBytes
                  && segment.nextOffset() - group.get(0).baseOffset() <= Integer.MAX_VALUE);
      if (!fits) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = segment.sizeBytes();
      }
      group.add(segment);
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }
}
