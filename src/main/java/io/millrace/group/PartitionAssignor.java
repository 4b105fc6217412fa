package io.millrace.group;

import java.util.Map;

/**
 * Decides who reads which partition, for all members of a group at once (KIP-848's server-side
 * assignor).
 *
 * <p>Implementations are stateless and deterministic: the same question has the same answer, on any
 * node and after any restart. They give each partition of a topic that somebody is subscribed to to
 * exactly one of its subscribers.
 */
public interface PartitionAssignor {
  /** The name that members and {@code group.consumer.assignors} choose it by. */
  String name();

  /** What each member of the question shall own; a member that gets nothing has an empty entry. */
  Map<String, AssignedPartitions> assign(AssignmentSpec spec);
}
