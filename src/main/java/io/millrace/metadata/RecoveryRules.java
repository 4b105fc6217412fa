package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has partitions led again whose in-sync replicas have lost records: asks the brokers how far their
 * logs go, and elects once all have told. What they told is kept in memory only: a new controller
 * asks again.
 *
 * <p>Threading: one thread.
 */
final class RecoveryRules {
  private final Map<NodeId, Told> told = new HashMap<>();

  /** What a broker told in one life. */
  private record Told(long incarnation, Map<PartitionId, ReplicaPosition> positions) {}

  /** Of which partitions the controller wants to know how far this broker's log goes. */
  List<PartitionId> wanted(ClusterImage image, BrokerImage broker) {
    Map<PartitionId, ReplicaPosition> known = positions(broker);
    List<PartitionId> wanted = new ArrayList<>();
    for (TopicImage topic : image.topics()) {
      for (PartitionImage partition : topic.partitions()) {
        PartitionId id = topic.partitionId(partition.partition());
        if (partition.leader().isEmpty()
            && partition.lastKnownInSync().contains(broker.id())
            && !known.containsKey(id)) {
          wanted.add(id);
        }
      }
    }
    return wanted;
  }

  void onPositions(BrokerImage broker, Map<PartitionId, ReplicaPosition> positions) {
    if (positions.isEmpty()) {
      return;
    }
    Map<PartitionId, ReplicaPosition> merged = new HashMap<>(positions(broker));
    merged.putAll(positions);
    told.put(broker.id(), new Told(broker.incarnation(), merged));
  }

  private Map<PartitionId, ReplicaPosition> positions(BrokerImage broker) {
    Told known = told.get(broker.id());
    return known != null && known.incarnation() == broker.incarnation()
        ? known.positions()
        : Map.of();
  }

  void forget() {
    told.clear();
  }

  /** What is known of one partition's replicas, by brokers that are not fenced. */
  Map<NodeId, ReplicaPosition> known(ClusterImage image, PartitionId partition) {
    Map<NodeId, ReplicaPosition> known = new HashMap<>();
    for (BrokerImage broker : image.brokers()) {
      ReplicaPosition position = positions(broker).get(partition);
      if (position != null && !broker.fenced()) {
        known.put(broker.id(), position);
      }
    }
    return known;
  }

  /** The elections that what was told allows. */
  PartitionChanges elections(ClusterImage image) {
    LeaderElection election = new LeaderElection(image.brokers());
    return PartitionChanges.of(
        image,
        partition -> partition.leader().isEmpty() && !partition.lastKnownInSync().isEmpty(),
        (topic, draft) ->
            election.recover(draft, known(image, topic.partitionId(draft.partition())), false));
  }
}
