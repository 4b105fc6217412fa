package io.millrace.metadata;

import static io.millrace.metadata.ImageApplier.check;

import io.millrace.metadata.MetadataRecord.BrokerChanged;
import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.MetadataVersionRaised;
import io.millrace.metadata.MetadataRecord.PartitionsAdded;
import io.millrace.metadata.MetadataRecord.PartitionsChanged;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataRecord.SnapshotBegun;
import io.millrace.metadata.MetadataRecord.TopicCreated;
import io.millrace.metadata.MetadataRecord.TopicDeleted;
import io.millrace.metadata.MetadataRecord.TopicSettingsChanged;
import io.millrace.metadata.MetadataRecord.VotersChanged;
import io.millrace.model.TopicId;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.QuorumImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The facts of one proposal, or of a snapshot, applied one by one to a state. */
final class FactApplication implements MetadataRecord.Visitor<Boolean> {
  private ClusterImage cluster;
  private int metadataVersion;
  private long nextProducerId;

  FactApplication(MetadataState state) {
    this.cluster = state.cluster();
    this.metadataVersion = state.metadataVersion();
    this.nextProducerId = state.nextProducerId();
  }

  /** What a snapshot says of itself. */
  void begin(SnapshotBegun record) {
    nextProducerId = record.nextProducerId();
    record
        .controller()
        .ifPresent(node -> cluster = cluster.withQuorum(cluster.quorum().withController(node)));
  }

  /** What came of the facts. */
  MetadataState state(long index, long controllerTerm, long lastProposal) {
    return new MetadataState(
        cluster.withVersion(index), metadataVersion, controllerTerm, lastProposal, nextProducerId);
  }

  @Override
  public Boolean on(ClusterFounded record) {
    check(metadataVersion == 0, "the cluster is founded twice");
    checkVersion(record.metadataVersion());
    metadataVersion = record.metadataVersion();
    cluster = cluster.withClusterId(record.clusterId());
    return true;
  }

  @Override
  public Boolean on(ControllerElected record) {
    cluster = cluster.withQuorum(cluster.quorum().withController(record.nodeId()));
    return true;
  }

  @Override
  public Boolean on(BrokerRegistered record) {
    BrokerImage broker = record.broker();
    long before = cluster.broker(broker.id()).map(BrokerImage::incarnation).orElse(0L);
    check(
        broker.incarnation() > before,
        "broker " + broker.id() + " registers as " + broker.incarnation() + " after " + before);
    cluster = cluster.withBroker(broker);
    return true;
  }

  @Override
  public Boolean on(BrokerChanged record) {
    BrokerImage before =
        cluster
            .broker(record.nodeId())
            .filter(broker -> broker.incarnation() == record.incarnation())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "metadata log: broker "
                            + record.nodeId()
                            + " has no life "
                            + record.incarnation()));
    cluster = cluster.withBroker(before.marked(record.fenced(), record.draining()));
    return true;
  }

  @Override
  public Boolean on(VotersChanged record) {
    check(!record.voters().isEmpty(), "nobody votes");
    check(
        Collections.disjoint(record.voters(), record.learners()),
        "voters " + record.voters() + " and learners " + record.learners() + " share nodes");
    cluster =
        cluster.withQuorum(
            new QuorumImage(
                cluster.controller(), Set.copyOf(record.voters()), Set.copyOf(record.learners())));
    return true;
  }

  @Override
  public Boolean on(MetadataVersionRaised record) {
    check(
        record.metadataVersion() > metadataVersion,
        "version " + record.metadataVersion() + " follows version " + metadataVersion);
    checkVersion(record.metadataVersion());
    metadataVersion = record.metadataVersion();
    return true;
  }

  @Override
  public Boolean on(TopicCreated record) {
    check(cluster.topic(record.topicId()).isEmpty(), "id " + record.topicId() + " is taken");
    check(cluster.topic(record.name()).isEmpty(), "topic " + record.name() + " exists");
    check(!record.partitions().isEmpty(), "topic " + record.name() + " has no partition");
    cluster =
        cluster.withTopic(
            new TopicImage(
                record.topicId(),
                record.name(),
                PartitionRules.checked(record.partitions(), 0),
                TopicSettings.of(record.settings()),
                record.replicationGrows()));
    return true;
  }

  @Override
  public Boolean on(TopicDeleted record) {
    cluster = cluster.withoutTopic(topic(record.topicId()).id());
    return true;
  }

  @Override
  public Boolean on(TopicSettingsChanged record) {
    TopicImage topic = topic(record.topicId());
    replace(topic, topic.partitions(), record.changes());
    return true;
  }

  @Override
  public Boolean on(PartitionsAdded record) {
    TopicImage topic = topic(record.topicId());
    List<PartitionImage> partitions = new ArrayList<>(topic.partitions());
    partitions.addAll(PartitionRules.checked(record.partitions(), partitions.size()));
    replace(topic, partitions, Map.of());
    return true;
  }

  @Override
  public Boolean on(PartitionsChanged record) {
    TopicImage topic = topic(record.topicId());
    List<PartitionImage> partitions = new ArrayList<>(topic.partitions());
    for (PartitionImage change : record.changes()) {
      check(
          topic.hasPartition(change.partition()),
          "topic " + topic.name() + " has no partition " + change.partition());
      PartitionImage before = partitions.get(change.partition());
      partitions.set(change.partition(), PartitionRules.changed(before, known(change)));
    }
    replace(topic, partitions, Map.of());
    return true;
  }

  /** What a fact of this version can say, so that all who read it come to the same. */
  private PartitionImage known(PartitionImage change) {
    return metadataVersion >= MetadataState.ELIGIBLE_LEADERS_VERSION
        ? change
        : change.withEligibleLeaderReplicas(List.of());
  }

  @Override
  public Boolean on(ProducerIdsAllocated record) {
    check(
        record.firstProducerId() == nextProducerId && record.count() > 0,
        "producer ids from " + record.firstProducerId() + " follow those to " + nextProducerId);
    nextProducerId = Math.addExact(nextProducerId, record.count());
    return true;
  }

  @Override
  public Boolean on(SnapshotBegun record) {
    check(false, "SnapshotBegun stands outside a snapshot's beginning");
    return true;
  }

  private static void checkVersion(int version) {
    check(
        version >= 1 && version <= MetadataState.SUPPORTED_VERSION,
        "its version is "
            + version
            + ", this server reads 1 to "
            + MetadataState.SUPPORTED_VERSION
            + "; start the newer release that wrote it");
  }

  private TopicImage topic(TopicId id) {
    return cluster
        .topic(id)
        .orElseThrow(() -> new IllegalStateException("metadata log: there is no topic " + id));
  }

  private void replace(
      TopicImage topic, List<PartitionImage> partitions, Map<String, String> settingChanges) {
    cluster =
        cluster.withTopic(
            new TopicImage(
                topic.id(),
                topic.name(),
                partitions,
                settingChanges.isEmpty() ? topic.settings() : topic.settings().with(settingChanges),
                topic.replicationGrows()));
  }
}
