package io.millrace.model.control;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;

/**
 * What became of one partition that something was asked for.
 *
 * @param error NONE if it was done
 * @param reason empty if it was done
 */
public record PartitionResult(PartitionId partition, ErrorCode error, String reason) {
  /** It was done. */
  public static PartitionResult done(PartitionId partition) {
    return new PartitionResult(partition, ErrorCode.NONE, "");
  }
}
