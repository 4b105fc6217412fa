package io.millrace.partition;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.Brokers;
import io.millrace.replication.IsrProposal;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a leader asks for that cannot lead, as its log is damaged, failed or cannot be opened: that
 * those who are in sync beside it go on without it, and so that one of them leads. Where it alone
 * is in sync, one that is eligible is to take over.
 */
public final class Resignation {
  private Resignation() {}

  /**
   * Empty if this node does not lead by that image, or nobody else can.
   *
   * @param brokers of an image that is not older
   */
  public static Optional<IsrProposal> of(
      PartitionId id, PartitionImage image, NodeId self, Brokers brokers) {
    if (!image.isLedBy(self)) {
      return Optional.empty();
    }
    Map<NodeId, Long> inSync = active(image.inSyncReplicas(), self, brokers);
    Map<NodeId, Long> others =
        inSync.isEmpty() ? active(image.eligibleLeaderReplicas(), self, brokers) : inSync;
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new IsrProposal(id, image.leaderEpoch(), image.partitionEpoch(), others, Set.of(self)));
  }

  private static Map<NodeId, Long> active(
      Collection<NodeId> replicas, NodeId self, Brokers brokers) {
    Map<NodeId, Long> active = new HashMap<>();
    for (NodeId replica : replicas) {
      if (!replica.equals(self)) {
        brokers.activeEpoch(replica).ifPresent(epoch -> active.put(replica, epoch));
      }
    }
    return active;
  }
}
