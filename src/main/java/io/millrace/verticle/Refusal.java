package io.millrace.verticle;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import java.util.Optional;

/** Why a partition cannot be asked anything. */
record Refusal(ErrorCode error, String reason) {
  static Refusal of(ShardPartitions partitions, PartitionId id) {
    Optional<String> failure = partitions.failure(id);
    return failure.isPresent()
        ? new Refusal(ErrorCode.STORAGE_ERROR, failure.get())
        : new Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            "this server has no partition " + id + "; look the topic up again");
  }
}
