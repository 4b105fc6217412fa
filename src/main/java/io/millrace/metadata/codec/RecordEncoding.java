package io.millrace.metadata.codec;

import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.record.BrokerChanged;
import io.millrace.metadata.record.BrokerRegistered;
import io.millrace.metadata.record.ClusterFounded;
import io.millrace.metadata.record.ControllerElected;
import io.millrace.metadata.record.EndpointState;
import io.millrace.metadata.record.MetadataVersionRaised;
import io.millrace.metadata.record.PartitionChange;
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
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;

/** A fact as the Avro record that is written. */
final class RecordEncoding implements MetadataRecord.Visitor<SpecificRecordBase> {
  private static final int NO_NODE = -1;

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
    BrokerImage broker = record.broker();
    return new BrokerRegistered(
        broker.id().value(),
        broker.incarnation(),
        broker.fenced(),
        broker.directoryId(),
        broker.draining(),
        broker.rack().orElse(null),
        broker.endpoints().stream()
            .map(at -> new EndpointState(at.listener().name(), at.host(), at.port()))
            .toList(),
        broker.supportedVersion(),
        broker.life().start(),
        broker.life().id());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.BrokerChanged record) {
    return new BrokerChanged(
        record.nodeId().value(), record.incarnation(), record.fenced(), record.draining());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.VotersChanged record) {
    return new VotersChanged(numbers(record.voters()), numbers(record.learners()));
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.MetadataVersionRaised record) {
    return new MetadataVersionRaised(record.metadataVersion());
  }

  @Override
  public SpecificRecordBase on(MetadataRecord.TopicCreated record) {
    return new TopicCreated(
        record.topicId().toString(),
        record.name().value(),
        states(record.partitions()),
        record.settings(),
        record.replicationGrows());
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
                        numbers(change.inSyncReplicas()),
                        numbers(change.replicas()),
                        numbers(change.addingReplicas()),
                        numbers(change.removingReplicas()),
                        numbers(change.lastKnownInSync()),
                        change.leaderUnclean(),
                        numbers(change.eligibleLeaderReplicas())))
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
        record.controllerTerm(),
        record.lastProposal(),
        record.nextProducerId(),
        number(record.controller()));
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
                    numbers(partition.inSyncReplicas()),
                    numbers(partition.addingReplicas()),
                    numbers(partition.removingReplicas()),
                    numbers(partition.lastKnownInSync()),
                    partition.leaderUnclean(),
                    numbers(partition.eligibleLeaderReplicas())))
        .toList();
  }

  private static int number(Optional<NodeId> node) {
    return node.map(NodeId::value).orElse(NO_NODE);
  }

  private static List<Integer> numbers(List<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).toList();
  }
}
