package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.group.GroupResponse.PartitionResult;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.CommittedPosition;
import java.util.ArrayList;
import java.util.List;

/** Positions of groups, as coordinators and as clients say them. */
final class GroupPositions {
  private static final long NONE = -1;
  private static final int NO_EPOCH = -1;

  private GroupPositions() {}

  /**
   * @throws StreamException INVALID_TOPIC or INVALID_REQUEST
   */
  static OffsetCommit toCommit(CommitPosition position) {
    if (position.getOffset() < 0) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, "offset " + position.getOffset() + " is negative");
    }
    return new OffsetCommit(
        new TopicPartition(new TopicName(position.getTopic()), position.getPartition()),
        position.getOffset(),
        position.getLeaderEpoch(),
        position.getMetadata());
  }

  static List<CommittedPosition> committed(
      List<OffsetCommit> offsets, List<PartitionResult> results) {
    List<CommittedPosition> positions = new ArrayList<>();
    for (int i = 0; i < offsets.size(); i++) {
      OffsetCommit offset = offsets.get(i);
      positions.add(
          position(
              offset.partition(),
              offset.offset(),
              offset.leaderEpoch(),
              offset.metadata(),
              results.get(i).error()));
    }
    return positions;
  }

  static CommittedPosition fetched(CommittedOffset offset) {
    return position(
        offset.partition(),
        offset.offset(),
        offset.leaderEpoch(),
        offset.metadata(),
        offset.error());
  }

  static CommittedPosition deleted(PartitionResult result) {
    return position(result.partition(), NONE, NO_EPOCH, "", result.error());
  }

  private static CommittedPosition position(
      TopicPartition partition, long offset, int leaderEpoch, String metadata, GroupError error) {
    return new CommittedPosition(
        partition.topic().value(),
        partition.partition(),
        offset,
        leaderEpoch,
        metadata,
        error.code().id(),
        error.reason());
  }
}
