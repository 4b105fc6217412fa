package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where a group is in one partition.
 *
 * @param committed the position that the group has; its offset is -1 if there is none
 * @param endOffset where the partition ends; -1 if nobody knows, as without a leader
 */
public record GroupOffset(TopicPartition partition, CommittedOffset committed, long endOffset) {
  /** How many offsets the group has before it; -1 if one of the two is not known. */
  public long lag() {
    return committed.offset() < 0 || endOffset < 0
        ? -1
        : Math.max(0, endOffset - committed.offset());
  }

  static List<GroupOffset> listOf(
      Map<TopicPartition, CommittedOffset> positions, Map<TopicPartition, OffsetAnswer> ends) {
    List<GroupOffset> offsets = new ArrayList<>();
    positions.forEach(
        (partition, position) -> {
          OffsetAnswer end = ends.get(partition);
          long endOffset = end == null || end.error() != ErrorCode.NONE ? -1 : end.offset();
          offsets.add(new GroupOffset(partition, position, endOffset));
        });
    return offsets;
  }
}
