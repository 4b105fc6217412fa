package io.millrace.group;

import io.millrace.model.PartitionId;
import io.millrace.model.image.ClusterImage;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The committed positions of all groups, as the replayed records say. They are kept by topic id: a
 * topic that was deleted and made again does not inherit them.
 */
final class Offsets {
  private final Map<String, Map<PartitionId, CommittedPosition>> byGroup = new HashMap<>();

  void replay(GroupRecord.OffsetCommitted record) {
    CommittedPosition value = record.value();
    if (value != null) {
      byGroup
          .computeIfAbsent(record.groupId(), id -> new HashMap<>())
          .put(record.partition(), value);
      return;
    }
    Map<PartitionId, CommittedPosition> positions = byGroup.get(record.groupId());
    if (positions != null && positions.remove(record.partition()) != null && positions.isEmpty()) {
      byGroup.remove(record.groupId());
    }
  }

  /** All that the group has; not to be changed. */
  Map<PartitionId, CommittedPosition> of(String groupId) {
    return Collections.unmodifiableMap(byGroup.getOrDefault(groupId, Map.of()));
  }

  @Nullable CommittedPosition find(String groupId, PartitionId partition) {
    Map<PartitionId, CommittedPosition> positions = byGroup.get(groupId);
    return positions == null ? null : positions.get(partition);
  }

  boolean hasAny(String groupId) {
    return byGroup.containsKey(groupId);
  }

  /** The groups that have any; not to be changed. */
  Set<String> groupIds() {
    return Collections.unmodifiableSet(byGroup.keySet());
  }

  /** Appends tombstones for all that the group has. */
  void deleteAll(Turn turn, String groupId) {
    of(groupId).keySet().forEach(partition -> delete(turn, groupId, partition));
  }

  static void delete(Turn turn, String groupId, PartitionId partition) {
    turn.append(new GroupRecord.OffsetCommitted(groupId, partition, null));
  }

  /** Tells of each position whose topic is known to have been deleted. */
  void forEachOrphan(ClusterImage image, BiConsumer<String, PartitionId> orphan) {
    byGroup.forEach(
        (groupId, positions) ->
            positions.forEach(
                (partition, position) -> {
                  if (isOrphan(image, partition, position)) {
                    orphan.accept(groupId, partition);
                  }
                }));
  }

  /** An image older than the one that the commit was checked with may just not know it yet. */
  static boolean isOrphan(ClusterImage image, PartitionId partition, CommittedPosition position) {
    return image.version() >= position.imageVersion() && image.topic(partition.topicId()).isEmpty();
  }
}
