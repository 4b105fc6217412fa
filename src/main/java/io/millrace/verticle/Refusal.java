package io.millrace.verticle;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import java.util.Optional;

/** Why a partition cannot be asked anything. */
record Refusal(ErrorCode error, String reason) {
  static Refusal of(ShardPartitions partitions, PartitionId id) {
    Optional<String> failure = partitions.failure(id);
    if (failure.isPresent()) {
      return new Refusal(ErrorCode.STORAGE_ERROR, failure.get());
    }
    if (partitions.exists(id)) {
      // It has moved away, and who asks does not know it yet: that must not look like a deletion.
      return new Refusal(
          ErrorCode.NOT_LEADER_OR_FOLLOWER,
          "this server has no replica of partition " + id + "; look up who leads it");
    }
    return new Refusal(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        "there is no partition " + id + "; look the topic up again");
  }
}
