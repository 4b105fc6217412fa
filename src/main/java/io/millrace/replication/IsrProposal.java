package io.millrace.replication;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import java.util.Map;
import java.util.Set;

/**
 * The in-sync replicas that a leader asks the controller for: a compare-and-set, which counts only
 * while the leader epoch, the partition epoch and every member's broker epoch are what the
 * controller has (KIP-497, KIP-903).
 *
 * @param leaderEpoch the leader's own
 * @param partitionEpoch of the image that it goes out from
 * @param inSync who is to be in sync, each with the broker epoch under which it caught up; -1 where
 *     that is not known
 * @param lacking replicas that said that they lack what is committed, so that they must not lead
 */
public record IsrProposal(
    PartitionId partition,
    int leaderEpoch,
    int partitionEpoch,
    Map<NodeId, Long> inSync,
    Set<NodeId> lacking) {
  public IsrProposal {
    inSync = Map.copyOf(inSync);
    lacking = Set.copyOf(lacking);
  }
}
