package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.BrokerChanged;
import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.Ruling.Deny;
import io.millrace.metadata.Ruling.Grant;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ProcessLife;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What may be done to the cluster and its brokers, and the facts that it makes. Whatever happens to
 * a broker, what it led and was in sync with changes in the same proposal.
 */
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
   * A number for a disk that has none yet; the same one each time it asks. Until it registers it is
   * a fenced broker without endpoints.
   *
   * @param wanted the number that it is configured to have, -1 for any
   */
  static Ruling<NodeId> allocateNodeId(MetadataState state, String directoryId, int wanted) {
    ClusterImage image = state.cluster();
    if (!state.isFounded()) {
      return notFounded();
    }
    Optional<BrokerImage> known =
        image.brokers().stream()
            .filter(broker -> broker.directoryId().equals(directoryId))
            .findFirst();
    if (known.isPresent() && (wanted == -1 || known.get().id().value() == wanted)) {
      return new Grant<>(List.of(), next -> known.get().id());
    }
    NodeId id = new NodeId(wanted == -1 ? lowestFree(image) : wanted);
    if (image.broker(id).isPresent()) {
      // Whose it is then is for its registration to say.
      return new Grant<>(List.of(), next -> id);
    }
    BrokerImage reserved =
        new BrokerImage(
            id, directoryId, 1, true, false, Optional.empty(), List.of(), 1, ProcessLife.UNKNOWN);
    return new Grant<>(List.of(new BrokerRegistered(reserved)), next -> id);
  }

  private static int lowestFree(ClusterImage image) {
    int free = 0;
    while (image.broker(new NodeId(free)).isPresent()) {
      free++;
    }
    return free;
  }

  /** The broker may lead from here on, and leads where nobody did and it is in sync. */
  static Ruling<BrokerImage> unfence(MetadataState state, NodeId node, long incarnation) {
    Optional<BrokerImage> broker = state.cluster().broker(node);
    if (broker.isEmpty() || broker.get().incarnation() != incarnation) {
      return staleBroker(node, incarnation);
    }
    return new Grant<>(
        broker.get().fenced() ? unfenceRecords(state.cluster(), broker.get()) : List.of(),
        next -> next.cluster().broker(node).orElseThrow());
  }

  private static List<MetadataRecord> unfenceRecords(ClusterImage image, BrokerImage broker) {
    ClusterImage unfenced = image.withBroker(broker.marked(false, broker.draining()));
    LeaderElection election = new LeaderElection(unfenced.brokers());
    List<MetadataRecord> records = new ArrayList<>();
    records.add(marks(broker, false, broker.draining()));
    records.addAll(
        PartitionChanges.of(
                unfenced,
                partition ->
                    partition.leader().isEmpty() && partition.replicas().contains(broker.id()),
                election::settle)
            .records());
    return records;
  }

  /** These brokers, where they are in this life still, lead nothing from here on. */
  static Ruling<Integer> fence(MetadataState state, Collection<BrokerImage> lives) {
    ClusterImage image = state.cluster();
    List<MetadataRecord> records = new ArrayList<>();
    List<NodeId> fenced = new ArrayList<>();
    for (BrokerImage life : lives) {
      Optional<BrokerImage> now =
          image
              .broker(life.id())
              .filter(broker -> broker.incarnation() == life.incarnation() && !broker.fenced());
      if (now.isPresent()) {
        records.add(marks(now.get(), true, now.get().draining()));
        fenced.add(life.id());
      }
    }
    for (NodeId node : fenced) {
      BrokerImage broker = image.broker(node).orElseThrow();
      image = image.withBroker(broker.marked(true, broker.draining()));
    }
    LeaderElection election = new LeaderElection(image.brokers());
    records.addAll(
        PartitionChanges.of(
                image,
                partition -> fenced.stream().anyMatch(partition.inSyncReplicas()::contains),
                election::settle)
            .records());
    return new Grant<>(records, next -> fenced.size());
  }

  /** The broker's replicas are to move elsewhere, or no more; what it leads others lead at once. */
  static Ruling<BrokerImage> drain(MetadataState state, NodeId node, boolean draining) {
    Optional<BrokerImage> broker = state.cluster().broker(node);
    if (broker.isEmpty()) {
      return new Deny<>(
          ErrorCode.BROKER_NOT_FOUND,
          "there is no broker " + node + "; 'cluster nodes' lists those that there are");
    }
    if (broker.get().draining() == draining) {
      return new Grant<>(List.of(), next -> broker.get());
    }
    if (draining && ReplicaPlacement.candidates(state.cluster()).stream().allMatch(node::equals)) {
      return new Deny<>(
          ErrorCode.POLICY_VIOLATION,
          "no other broker is there that could have what broker "
              + node
              + " has; start one first, or take back that it is drained");
    }
    ClusterImage image =
        state.cluster().withBroker(broker.get().marked(broker.get().fenced(), draining));
    LeaderElection election = new LeaderElection(image.brokers());
    List<MetadataRecord> records = new ArrayList<>();
    records.add(marks(broker.get(), broker.get().fenced(), draining));
    records.addAll(
        PartitionChanges.of(
                image,
                partition -> draining && partition.isLedBy(node),
                (topic, draft) -> election.moveAway(draft, node))
            .records());
    return new Grant<>(records, next -> next.cluster().broker(node).orElseThrow());
  }

  private static BrokerChanged marks(BrokerImage broker, boolean fenced, boolean draining) {
    return new BrokerChanged(broker.id(), broker.incarnation(), fenced, draining);
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

  static <T> Deny<T> staleBroker(NodeId node, long incarnation) {
    return new Deny<>(
        ErrorCode.STALE_BROKER_EPOCH,
        "broker " + node + " is not registered as " + incarnation + " any more; register again");
  }

  static <T> Deny<T> notFounded() {
    return new Deny<>(ErrorCode.LEADER_NOT_AVAILABLE, "the cluster is not founded yet");
  }
}
