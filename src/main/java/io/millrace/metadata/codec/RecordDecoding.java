package io.millrace.metadata.codec;

import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.record.BrokerChanged;
import io.millrace.metadata.record.BrokerRegistered;
import io.millrace.metadata.record.ClusterFounded;
import io.millrace.metadata.record.ControllerElected;
import io.millrace.metadata.record.MetadataVersionRaised;
import io.millrace.metadata.record.PartitionState;
import io.millrace.metadata.record.PartitionsAdded;
import io.millrace.metadata.record.PartitionsChanged;
import io.millrace.metadata.record.ProducerIdsAllocated;
import io.millrace.metadata.record.SnapshotBegun;
import io.millrace.metadata.record.TopicCreated;
import io.millrace.metadata.record.TopicDeleted;
import io.millrace.metadata.record.TopicSettingsChanged;
import io.millrace.metadata.record.VotersChanged;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;

/** The Avro record that was read as a fact; StreamException or so if its values are none. */
final class RecordDecoding {
  private static final Map<Class<?>, Function<Object, MetadataRecord>> BY_CLASS =
      Map.ofEntries(
          entry(ClusterFounded.class, RecordDecoding::clusterFounded),
          entry(ControllerElected.class, RecordDecoding::controllerElected),
          entry(BrokerRegistered.class, RecordDecoding::brokerRegistered),
          entry(BrokerChanged.class, RecordDecoding::brokerChanged),
          entry(VotersChanged.class, RecordDecoding::votersChanged),
          entry(MetadataVersionRaised.class, RecordDecoding::metadataVersionRaised),
          entry(TopicCreated.class, RecordDecoding::topicCreated),
          entry(TopicDeleted.class, RecordDecoding::topicDeleted),
          entry(TopicSettingsChanged.class, RecordDecoding::topicSettingsChanged),
          entry(PartitionsAdded.class, RecordDecoding::partitionsAdded),
          entry(PartitionsChanged.class, RecordDecoding::partitionsChanged),
          entry(ProducerIdsAllocated.class, RecordDecoding::producerIdsAllocated),
          entry(SnapshotBegun.class, RecordDecoding::snapshotBegun));

  private static final Map<String, Supplier<SpecificRecordBase>> NEW_BY_NAME =
      Map.ofEntries(
          Map.entry("ClusterFounded", ClusterFounded::new),
          Map.entry("ControllerElected", ControllerElected::new),
          Map.entry("BrokerRegistered", BrokerRegistered::new),
          Map.entry("BrokerChanged", BrokerChanged::new),
          Map.entry("VotersChanged", VotersChanged::new),
          Map.entry("MetadataVersionRaised", MetadataVersionRaised::new),
          Map.entry("TopicCreated", TopicCreated::new),
          Map.entry("TopicDeleted", TopicDeleted::new),
          Map.entry("TopicSettingsChanged", TopicSettingsChanged::new),
          Map.entry("PartitionsAdded", PartitionsAdded::new),
          Map.entry("PartitionsChanged", PartitionsChanged::new),
          Map.entry("ProducerIdsAllocated", ProducerIdsAllocated::new),
          Map.entry("SnapshotBegun", SnapshotBegun::new));

  private RecordDecoding() {}

  /** An empty Avro record of this schema name, to be read into. */
  static SpecificRecordBase newRecord(String name) {
    return Objects.requireNonNull(NEW_BY_NAME.get(name), name).get();
  }

  static MetadataRecord decode(SpecificRecordBase record) {
    Function<Object, MetadataRecord> decoding = BY_CLASS.get(record.getClass());
    if (decoding == null) {
      throw new IllegalArgumentException(record.getSchema().getName() + " is no fact of its own");
    }
    return decoding.apply(record);
  }

  private static <T> Map.Entry<Class<?>, Function<Object, MetadataRecord>> entry(
      Class<T> type, Function<T, MetadataRecord> decoding) {
    return Map.entry(type, record -> decoding.apply(type.cast(record)));
  }

  private static MetadataRecord clusterFounded(ClusterFounded record) {
    return new MetadataRecord.ClusterFounded(record.getClusterId(), record.getMetadataVersion());
  }

  private static MetadataRecord controllerElected(ControllerElected record) {
    return new MetadataRecord.ControllerElected(new NodeId(record.getNodeId()));
  }

  private static MetadataRecord brokerRegistered(BrokerRegistered record) {
    return new MetadataRecord.BrokerRegistered(
        new BrokerImage(
            new NodeId(record.getNodeId()),
            record.getDirectoryId(),
            record.getIncarnation(),
            record.getFenced(),
            record.getDraining(),
            Optional.ofNullable(record.getRack()),
            record.getEndpoints().stream()
                .map(
                    at ->
                        new BrokerEndpoint(
                            BrokerListener.valueOf(at.getListener()), at.getHost(), at.getPort()))
                .toList(),
            record.getSupportedVersion(),
            new ProcessLife(record.getStart(), record.getLifeId())));
  }

  private static MetadataRecord brokerChanged(BrokerChanged record) {
    return new MetadataRecord.BrokerChanged(
        new NodeId(record.getNodeId()),
        record.getIncarnation(),
        record.getFenced(),
        record.getDraining());
  }

  private static MetadataRecord votersChanged(VotersChanged record) {
    return new MetadataRecord.VotersChanged(nodes(record.getVoters()), nodes(record.getLearners()));
  }

  private static MetadataRecord metadataVersionRaised(MetadataVersionRaised record) {
    return new MetadataRecord.MetadataVersionRaised(record.getMetadataVersion());
  }

  private static MetadataRecord topicCreated(TopicCreated record) {
    return new MetadataRecord.TopicCreated(
        TopicId.parse(record.getTopicId()),
        new TopicName(record.getName()),
        partitions(0, record.getPartitions()),
        record.getSettings(),
        record.getReplicationGrows());
  }

  private static MetadataRecord topicDeleted(TopicDeleted record) {
    return new MetadataRecord.TopicDeleted(TopicId.parse(record.getTopicId()));
  }

  private static MetadataRecord topicSettingsChanged(TopicSettingsChanged record) {
    return new MetadataRecord.TopicSettingsChanged(
        TopicId.parse(record.getTopicId()), record.getChanges());
  }

  private static MetadataRecord partitionsAdded(PartitionsAdded record) {
    return new MetadataRecord.PartitionsAdded(
        TopicId.parse(record.getTopicId()),
        partitions(record.getFirstPartition(), record.getPartitions()));
  }

  private static MetadataRecord partitionsChanged(PartitionsChanged record) {
    return new MetadataRecord.PartitionsChanged(
        TopicId.parse(record.getTopicId()),
        record.getChanges().stream()
            .map(
                change ->
                    new PartitionImage(
                        change.getPartition(),
                        node(change.getLeader()),
                        change.getLeaderEpoch(),
                        change.getPartitionEpoch(),
                        nodes(change.getReplicas()),
                        nodes(change.getInSyncReplicas()),
                        nodes(change.getAddingReplicas()),
                        nodes(change.getRemovingReplicas()),
                        nodes(change.getLastKnownInSync()),
                        change.getLeaderUnclean(),
                        nodes(change.getEligibleLeaderReplicas())))
            .toList());
  }

  private static MetadataRecord producerIdsAllocated(ProducerIdsAllocated record) {
    return new MetadataRecord.ProducerIdsAllocated(
        new NodeId(record.getNodeId()), record.getFirstProducerId(), record.getCount());
  }

  private static MetadataRecord snapshotBegun(SnapshotBegun record) {
    return new MetadataRecord.SnapshotBegun(
        record.getControllerTerm(),
        record.getLastProposal(),
        record.getNextProducerId(),
        node(record.getController()));
  }

  private static List<PartitionImage> partitions(int first, List<PartitionState> states) {
    List<PartitionImage> partitions = new ArrayList<>(states.size());
    for (PartitionState state : states) {
      partitions.add(
          new PartitionImage(
              Math.addExact(first, partitions.size()),
              node(state.getLeader()),
              state.getLeaderEpoch(),
              state.getPartitionEpoch(),
              nodes(state.getReplicas()),
              nodes(state.getInSyncReplicas()),
              nodes(state.getAddingReplicas()),
              nodes(state.getRemovingReplicas()),
              nodes(state.getLastKnownInSync()),
              state.getLeaderUnclean(),
              nodes(state.getEligibleLeaderReplicas())));
    }
    return partitions;
  }

  private static Optional<NodeId> node(int number) {
    return number == -1 ? Optional.empty() : Optional.of(new NodeId(number));
  }

  private static List<NodeId> nodes(List<Integer> numbers) {
    return numbers.stream().map(NodeId::new).toList();
  }
}
