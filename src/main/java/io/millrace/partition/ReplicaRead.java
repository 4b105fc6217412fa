package io.millrace.partition;

import io.millrace.log.ReadOutcome;
import io.millrace.replication.ReplicaAnswer;

/**
 * What a leader has for a follower.
 *
 * @param batches Nothing, Batches, whose receiver releases the slice, or Cold, whose task brings
 *     one of these or Damaged
 */
public record ReplicaRead(ReplicaAnswer answer, ReadOutcome batches) {
  static ReplicaRead without(ReplicaAnswer answer) {
    return new ReplicaRead(answer, new ReadOutcome.Nothing());
  }
}
