package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.PartitionsChanged;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.Ruling.Deny;
import io.millrace.metadata.Ruling.Grant;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What may be done to the cluster and its brokers, and the facts that it makes. */
final class BrokerRules {
  private BrokerRules() {}

  static Ruling<String> found(MetadataState state, String clusterId) {
    if (!state.isFounded()) {
      return new Grant<>(
          List.of(new ClusterFounded(clusterId, MetadataState.SUPPORTED_VERSION)),
          founded -> founded.cluster().clusterId());
    }
    if (state.cluster().clusterId().equals(clusterId)) {
      return new Grant<>(List.of(), founded -> clusterId);
    }
    return new Deny<>(
        ErrorCode.CLUSTER_ID_MISMATCH,
        "the metadata log is of cluster "
            + state.cluster().clusterId()
            + ", expected "
            + clusterId
            + "; one of the two was copied from elsewhere");
  }

  /**
   * A broker's new life. It leads again what it led before, and what nobody leads and it has in
   * sync, in a later leader epoch: whatever its former life still sends is recognised as old.
   */
  static Ruling<BrokerImage> register(MetadataState state, NodeId nodeId) {
    if (!state.isFounded()) {
      return new Deny<>(ErrorCode.LEADER_NOT_AVAILABLE, "the cluster is not founded yet");
    }
    ClusterImage image = state.cluster();
    long incarnation = image.broker(nodeId).map(BrokerImage::incarnation).orElse(0L) + 1;
    List<MetadataRecord> records = new ArrayList<>();
    records.add(
        new BrokerRegistered(
            new BrokerImage(
                nodeId,
                "",
                incarnation,
                false,
                false,
                Optional.empty(),
                List.of(),
                MetadataState.SUPPORTED_VERSION)));
    for (TopicImage topic : image.topics()) {
      List<PartitionImage> changes = new ArrayList<>();
      for (PartitionImage partition : topic.partitions()) {
        if (leadsNext(partition, nodeId)) {
          changes.add(
              new PartitionImage(
                  partition.partition(),
                  Optional.of(nodeId),
                  partition.leaderEpoch() + 1,
                  partition.partitionEpoch() + 1,
                  partition.replicas(),
                  partition.inSyncReplicas()));
        }
      }
      if (!changes.isEmpty()) {
        records.add(new PartitionsChanged(topic.id(), changes));
      }
    }
    return new Grant<>(records, next -> next.cluster().broker(nodeId).orElseThrow());
  }

  private static boolean leadsNext(PartitionImage partition, NodeId nodeId) {
    return partition.leader().map(nodeId::equals).orElse(true)
        && partition.inSyncReplicas().contains(nodeId);
  }

  static Ruling<ProducerIdBlock> allocateProducerIds(
      MetadataState state, NodeId nodeId, int count) {
    if (state.cluster().broker(nodeId).isEmpty()) {
      return new Deny<>(
          ErrorCode.LEADER_NOT_AVAILABLE, "broker " + nodeId + " is not registered yet");
    }
    long first = state.nextProducerId();
    return new Grant<>(
        List.of(new ProducerIdsAllocated(nodeId, first, count)),
        next -> new ProducerIdBlock(first, first + count));
  }
}
