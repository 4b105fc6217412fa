package io.millrace.partition;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.image.PartitionImage;
import io.millrace.replication.Brokers;
import io.millrace.replication.IsrProposal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a leader asks for that cannot lead, as its log is damaged, failed or cannot be opened: that
 * those who are in sync beside it go on without it, and so that one of them leads.
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
    Map<NodeId, Long> others = new HashMap<>();
    for (NodeId member : image.inSyncReplicas()) {
      if (!member.equals(self)) {
        brokers.activeEpoch(member).ifPresent(epoch -> others.put(member, epoch));
      }
    }
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(new IsrProposal(id, image.leaderEpoch(), image.partitionEpoch(), others));
  }
}
