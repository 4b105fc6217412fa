package io.millrace.group;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.image.ImageChanges;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes positions that nobody will ask for again: {@code offsets.retention.minutes} after they
 * were last of use, or when their topic is deleted; and groups that have neither members nor
 * positions left.
 */
final class OffsetExpiry {
  private final Groups groups;
  private final Offsets offsets;
  private final GroupConfig config;
  private final Timers.Timer nextCheck;

  OffsetExpiry(Groups groups, Offsets offsets, GroupContext context) {
    this.groups = groups;
    this.offsets = offsets;
    this.config = context.config();
    this.nextCheck = context.timers().newTimer(this::check);
  }

  /** The log was replayed: topics may have been deleted while nobody watched. */
  void start(Turn turn) {
    deleteOrphans(turn);
    scheduleNext(turn);
  }

  private void deleteOrphans(Turn turn) {
    offsets.forEachOrphan(
        turn.image(), (groupId, partition) -> Offsets.delete(turn, groupId, partition));
  }

  /** Deletes the positions in topics that were deleted. */
  void onImage(Turn turn, ImageChanges changes) {
    for (TopicImage topic : changes.deleted()) {
      for (String groupId : offsets.groupIds()) {
        for (int partition = 0; partition < topic.partitions().size(); partition++) {
          PartitionId id = topic.partitionId(partition);
          if (offsets.find(groupId, id) != null) {
            Offsets.delete(turn, groupId, id);
          }
        }
      }
    }
  }

  private void check(Turn turn) {
    for (String groupId : allGroupIds()) {
      checkGroup(turn, groupId);
    }
    scheduleNext(turn);
  }

  private Set<String> allGroupIds() {
    Set<String> groupIds = new HashSet<>(offsets.groupIds());
    groups.all().forEach(group -> groupIds.add(group.groupId()));
    return groupIds;
  }

  private void checkGroup(Turn turn, String groupId) {
    Group group = groups.find(groupId);
    Map<PartitionId, CommittedPosition> positions = offsets.of(groupId);
    List<PartitionId> expired = new ArrayList<>();
    positions.forEach(
        (partition, position) -> {
          if (Offsets.isOrphan(turn.image(), partition, position)
              || isExpired(group, position, turn.judgeMs())) {
            expired.add(partition);
          }
        });
    expired.forEach(partition -> Offsets.delete(turn, groupId, partition));
    if (group != null && !group.hasMembers() && expired.size() == positions.size()) {
      group.delete(turn);
    }
  }

  private boolean isExpired(@Nullable Group group, CommittedPosition position, long nowMs) {
    TopicName topic = position.topic();
    if (group != null && group.hasMembers() && group.isSubscribedTo(topic)) {
      return false;
    }
    OptionalLong unusedSinceMs =
        group == null
            ? OptionalLong.of(position.commitTimestampMs())
            : group.unusedSinceMs(position);
    return unusedSinceMs.isPresent()
        && nowMs - unusedSinceMs.getAsLong() >= config.offsetsRetentionMs();
  }

  private void scheduleNext(Turn turn) {
    nextCheck.startAt(GroupContext.after(turn, config.offsetsCheckIntervalMs()));
  }
}
