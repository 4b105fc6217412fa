package io.millrace.model.control;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the controller can be asked. Asked again after a lost answer, each does no harm: what is so
 * already is answered as done, and what was meant for an older state is refused.
 */
public sealed interface ControllerAsk {
  /** A disk wants a number; answered by {@link ControllerAnswer.NodeIdAllocated}. */
  record AllocateNodeId(String clusterId, String directoryId, int wanted)
      implements ControllerAsk {}

  /** A broker starts; answered by {@link ControllerAnswer.Registered}. */
  record RegisterBroker(String clusterId, BrokerRegistration registration)
      implements ControllerAsk {}

  /** A broker is there; answered by {@link ControllerAnswer.HeartbeatAnswered}. */
  record BrokerHeartbeat(HeartbeatReport report) implements ControllerAsk {}

  /** A leader has other replicas in sync; answered by {@link ControllerAnswer.PartitionsDone}. */
  record AlterPartition(NodeId nodeId, long incarnation, List<IsrChange> changes)
      implements ControllerAsk {
    public AlterPartition {
      changes = List.copyOf(changes);
    }
  }

  /** Answered by {@link ControllerAnswer.ProducerIdsAllocated}. */
  record AllocateProducerIds(NodeId nodeId) implements ControllerAsk {}

  /**
   * Answered by {@link ControllerAnswer.TopicChanged}.
   *
   * @param partitions -1 for the default
   * @param replicationFactor -1 for the default
   */
  record CreateTopic(
      TopicName name,
      int partitions,
      int replicationFactor,
      Map<String, String> settings,
      boolean validateOnly)
      implements ControllerAsk {
    public CreateTopic {
      settings = Map.copyOf(settings);
    }
  }

  /** Answered by {@link ControllerAnswer.Done}. */
  record DeleteTopic(TopicName name) implements ControllerAsk {}

  /** Answered by {@link ControllerAnswer.TopicChanged}; an empty text is the default. */
  record AlterTopic(TopicName name, Map<String, String> changes) implements ControllerAsk {
    public AlterTopic {
      changes = Map.copyOf(changes);
    }
  }

  /** Answered by {@link ControllerAnswer.TopicChanged}. */
  record CreatePartitions(TopicName name, int totalPartitions) implements ControllerAsk {}

  /**
   * Moves partitions to these replicas, or, given none, back to those that they had; answered by
   * {@link ControllerAnswer.PartitionsDone}.
   */
  record ReassignPartitions(Map<PartitionId, Optional<List<NodeId>>> targets)
      implements ControllerAsk {
    public ReassignPartitions {
      targets = Map.copyOf(targets);
    }
  }

  /** Has a broker's replicas move elsewhere; answered by {@link ControllerAnswer.Done}. */
  record DrainBroker(NodeId nodeId, boolean draining) implements ControllerAsk {}

  /** Spreads replicas and leaders evenly; answered by {@link ControllerAnswer.Done}. */
  record Rebalance() implements ControllerAsk {}

  /**
   * Has preferred replicas lead, or, uncleanly, any where nobody leads; answered by {@link
   * ControllerAnswer.PartitionsDone}.
   *
   * @param partitions none for all
   */
  record ElectLeaders(List<PartitionId> partitions, boolean unclean) implements ControllerAsk {
    public ElectLeaders {
      partitions = List.copyOf(partitions);
    }
  }
}
