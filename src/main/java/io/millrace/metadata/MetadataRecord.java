package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fact that the controller decided: what is so from here on, never an order to find out. The
 * metadata log stores facts, and {@link ImageApplier} alone says what each does to the image.
 */
public sealed interface MetadataRecord {
  /** Calls the visitor's method for this kind of fact. */
  <R> R accept(Visitor<R> visitor);

  /** One method per kind of fact, so that nobody can forget one. */
  interface Visitor<R> {
    R on(ClusterFounded record);

    R on(ControllerElected record);

    R on(BrokerRegistered record);

    R on(BrokerChanged record);

    R on(VotersChanged record);

    R on(MetadataVersionRaised record);

    R on(TopicCreated record);

    R on(TopicDeleted record);

    R on(TopicSettingsChanged record);

    R on(PartitionsAdded record);

    R on(PartitionsChanged record);

    R on(ProducerIdsAllocated record);

    R on(SnapshotBegun record);
  }

  /**
   * A cluster begins.
   *
   * @param metadataVersion which facts its log may hold, from 1
   */
  record ClusterFounded(String clusterId, int metadataVersion) implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** A controller begins its term; always the first fact of a term. */
  record ControllerElected(NodeId nodeId) implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * A broker came or came back; its incarnation is one more than the one before, from 1. Brokers
   * that are only given a number so far have no endpoint and are fenced.
   */
  record BrokerRegistered(BrokerImage broker) implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** The marks of a broker changed, in the life that this incarnation names. */
  record BrokerChanged(NodeId nodeId, long incarnation, boolean fenced, boolean draining)
      implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** Which nodes are to keep the metadata log from here on; no node is both. */
  record VotersChanged(List<NodeId> voters, List<NodeId> learners) implements MetadataRecord {
    public VotersChanged {
      voters = List.copyOf(voters);
      learners = List.copyOf(learners);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** All brokers read facts up to this version, so that they may be written. */
  record MetadataVersionRaised(int metadataVersion) implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * A topic exists.
   *
   * @param settings only those that are not at their defaults, as users write them
   * @param replicationGrows whether it gets more replicas as brokers join
   */
  record TopicCreated(
      TopicId topicId,
      TopicName name,
      List<PartitionImage> partitions,
      Map<String, String> settings,
      boolean replicationGrows)
      implements MetadataRecord {
    public TopicCreated {
      partitions = List.copyOf(partitions);
      settings = Map.copyOf(settings);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** A topic is gone. */
  record TopicDeleted(TopicId topicId) implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** Settings changed; an empty text takes one back to its default. */
  record TopicSettingsChanged(TopicId topicId, Map<String, String> changes)
      implements MetadataRecord {
    public TopicSettingsChanged {
      changes = Map.copyOf(changes);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** A topic got more partitions, numbered on from those that it has. */
  record PartitionsAdded(TopicId topicId, List<PartitionImage> partitions)
      implements MetadataRecord {
    public PartitionsAdded {
      partitions = List.copyOf(partitions);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /**
   * Some partitions of one topic changed.
   *
   * @param changes what they are from here on. Of one that stands without replicas, those stay: so
   *     the first version of this fact said it
   */
  record PartitionsChanged(TopicId topicId, List<PartitionImage> changes)
      implements MetadataRecord {
    public PartitionsChanged {
      changes = List.copyOf(changes);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** A broker may hand out the {@code count} producer ids from the first one. */
  record ProducerIdsAllocated(NodeId nodeId, long firstProducerId, int count)
      implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }

  /** Begins a snapshot: what the facts after it do not say. */
  record SnapshotBegun(
      long controllerTerm, long lastProposal, long nextProducerId, Optional<NodeId> controller)
      implements MetadataRecord {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.on(this);
    }
  }
}
