package io.millrace.metadata.codec;

import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.record.BrokerRegistered;
import io.millrace.metadata.record.ClusterFounded;
import io.millrace.metadata.record.ControllerElected;
import io.millrace.metadata.record.PartitionChange;
import io.millrace.metadata.record.PartitionState;
import io.millrace.metadata.record.PartitionsAdded;
import io.millrace.metadata.record.PartitionsChanged;
import io.millrace.metadata.record.ProducerIdsAllocated;
import io.millrace.metadata.record.SnapshotBegun;
import io.millrace.metadata.record.TopicCreated;
import io.millrace.metadata.record.TopicDeleted;
import io.millrace.metadata.record.TopicSettingsChanged;
import io.millrace.model.NodeId;
import io.millrace.model.image.PartitionImage;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;

/** A fact as the Avro record that is written. */
final class RecordEncoding implements MetadataRecord.Visitor<SpecificRecordBase> {
  private static final int NO_LEADER = -1;

  @Override
  public SpecificRecordBase on(MetadataRecord.ClusterFounded record) {
    return new ClusterFounded(record.clusterId(), record.metadataVersion());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.ControllerElected record) {
    return new ControllerElected(record.nodeId().value());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.BrokerRegistered record) {
    return new BrokerRegistered(record.nodeId().value(), record.incarnation(), record.fenced());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.TopicCreated record) {
    return new TopicCreated(
        record.topicId().toString(),
        record.name().value(),
        states(record.partitions()),
        record.settings());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.TopicDeleted record) {
    return new TopicDeleted(record.topicId().toString());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.TopicSettingsChanged record) {
    return new TopicSettingsChanged(record.topicId().toString(), record.changes());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.PartitionsAdded record) {
    int first = record.partitions().isEmpty() ? 0 : record.partitions().get(0).partition();
    return new PartitionsAdded(record.topicId().toString(), first, states(record.partitions()));
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.PartitionsChanged record) {
    return new PartitionsChanged(
        record.topicId().toString(),
        record.changes().stream()
            .map(
                change ->
                    new PartitionChange(
                        change.partition(),
                        number(change.leader()),
                        change.leaderEpoch(),
                        change.partitionEpoch(),
                        numbers(change.inSyncReplicas())))
            .toList());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.ProducerIdsAllocated record) {
    return new ProducerIdsAllocated(
        record.nodeId().value(), record.firstProducerId(), record.count());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.SnapshotBegun record) {
    return new SnapshotBegun(
        record.controllerTerm(), record.lastProposal(), record.nextProducerId());
  }

  private static List<PartitionState> states(List<PartitionImage> partitions) {
    return partitions.stream()
        .map(
            partition ->
                new PartitionState(
                    number(partition.leader()),
                    partition.leaderEpoch(),
                    partition.partitionEpoch(),
                    numbers(partition.replicas()),
                    numbers(partition.inSyncReplicas())))
        .toList();
  }

  private static int number(Optional<NodeId> leader) {
    return leader.map(NodeId::value).orElse(NO_LEADER);
  }

  private static List<Integer> numbers(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }
}
