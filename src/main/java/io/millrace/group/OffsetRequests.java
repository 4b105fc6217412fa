package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.group.GroupResponse.PartitionResult;
import io.millrace.model.image.TopicImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Commits, reads and deletes positions. */
final class OffsetRequests {
  private static final int NONE = -1;

  private final Groups groups;
  private final Offsets offsets;
  private final GroupConfig config;

  OffsetRequests(Groups groups, Offsets offsets, GroupConfig config) {
    this.groups = groups;
    this.offsets = offsets;
    this.config = config;
  }

  void commit(Turn turn, long requestId, GroupRequest.CommitOffsets request) {
    GroupError refusal = checkCommit(turn, request);
    List<PartitionResult> results = new ArrayList<>();
    for (OffsetCommit commit : request.offsets()) {
      GroupError error = refusal.isError() ? refusal : commitOne(turn, request.groupId(), commit);
      results.add(new PartitionResult(commit.partition(), error));
    }
    turn.reply(requestId, new GroupResponse.OffsetsCommitted(refusal, results));
  }

  private GroupError checkCommit(Turn turn, GroupRequest.CommitOffsets request) {
    Group group = groups.find(request.groupId());
    if (group != null) {
      return group.checkCommit(turn, request);
    }
    return request.generation() < 0 ? GroupError.NONE : GroupError.of(ErrorCode.ILLEGAL_GENERATION);
  }

  private GroupError commitOne(Turn turn, String groupId, OffsetCommit commit) {
    PartitionId partition = existing(turn, commit.partition());
    if (partition == null) {
      return GroupError.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    int metadataBytes = commit.metadata().getBytes(StandardCharsets.UTF_8).length;
    if (metadataBytes > config.offsetMetadataMaxBytes()) {
      return new GroupError(
          ErrorCode.OFFSET_METADATA_TOO_LARGE,
          "the text with the offset has "
              + metadataBytes
              + " bytes, offset.metadata.max.bytes allows "
              + config.offsetMetadataMaxBytes());
    }
    turn.append(
        new GroupRecord.OffsetCommitted(
            groupId,
            partition,
            new CommittedPosition(
                commit.partition().topic(),
                commit.offset(),
                commit.leaderEpoch(),
                commit.metadata(),
                turn.stampMs(),
                turn.image().version())));
    return GroupError.NONE;
  }

  void fetch(Turn turn, long requestId, GroupRequest.FetchOffsets request) {
    Group group = groups.find(request.groupId());
    GroupError refusal = group == null ? GroupError.NONE : group.checkFetch(request);
    if (refusal.isError()) {
      turn.reply(requestId, new GroupResponse.OffsetsFetched(refusal, List.of()));
      return;
    }
    List<TopicPartition> wanted = request.partitions();
    List<CommittedOffset> found =
        wanted == null
            ? all(turn, request.groupId())
            : wanted.stream().map(one -> find(turn, request.groupId(), one)).toList();
    turn.reply(requestId, new GroupResponse.OffsetsFetched(GroupError.NONE, found));
  }

  private List<CommittedOffset> all(Turn turn, String groupId) {
    List<CommittedOffset> found = new ArrayList<>();
    for (Map.Entry<PartitionId, CommittedPosition> entry : offsets.of(groupId).entrySet()) {
      PartitionId partition = entry.getKey();
      // A topic that was deleted may wait for its tombstones; nobody can read there any more.
      if (turn.image().topic(partition.topicId()).isPresent()) {
        found.add(
            committed(
                new TopicPartition(entry.getValue().topic(), partition.partition()),
                entry.getValue()));
      }
    }
    return found;
  }

  private CommittedOffset find(Turn turn, String groupId, TopicPartition wanted) {
    PartitionId partition = existing(turn, wanted);
    return committed(wanted, partition == null ? null : offsets.find(groupId, partition));
  }

  private static CommittedOffset committed(
      TopicPartition partition, @Nullable CommittedPosition position) {
    return position == null
        ? new CommittedOffset(partition, NONE, NONE, "", GroupError.NONE)
        : new CommittedOffset(
            partition,
            position.offset(),
            position.leaderEpoch(),
            position.metadata(),
            GroupError.NONE);
  }

  void delete(Turn turn, long requestId, GroupRequest.DeleteOffsets request) {
    Group group = groups.find(request.groupId());
    GroupError refusal = checkDelete(group, request.groupId());
    if (refusal.isError()) {
      turn.reply(requestId, new GroupResponse.OffsetsDeleted(refusal, List.of()));
      return;
    }
    List<PartitionResult> results = new ArrayList<>();
    for (TopicPartition partition : request.partitions()) {
      results.add(
          new PartitionResult(partition, deleteOne(turn, request.groupId(), group, partition)));
    }
    turn.reply(requestId, new GroupResponse.OffsetsDeleted(GroupError.NONE, results));
  }

  private GroupError checkDelete(@Nullable Group group, String groupId) {
    if (group != null) {
      return group.checkOffsetDelete();
    }
    return offsets.hasAny(groupId) ? GroupError.NONE : GroupError.of(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  private GroupError deleteOne(
      Turn turn, String groupId, @Nullable Group group, TopicPartition wanted) {
    PartitionId partition = existing(turn, wanted);
    if (partition == null) {
      return GroupError.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (group != null && group.isSubscribedTo(wanted.topic())) {
      return GroupError.of(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
    }
    if (offsets.find(groupId, partition) != null) {
      Offsets.delete(turn, groupId, partition);
    }
    return GroupError.NONE;
  }

  private static @Nullable PartitionId existing(Turn turn, TopicPartition partition) {
    Optional<TopicImage> topic = turn.image().topic(partition.topic());
    return topic.isPresent() && topic.get().hasPartition(partition.partition())
        ? topic.get().partitionId(partition.partition())
        : null;
  }
}
