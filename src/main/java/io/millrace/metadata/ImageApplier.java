package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.BrokerRegistered;
import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.PartitionsAdded;
import io.millrace.metadata.MetadataRecord.PartitionsChanged;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataRecord.SnapshotBegun;
import io.millrace.metadata.MetadataRecord.TopicCreated;
import io.millrace.metadata.MetadataRecord.TopicDeleted;
import io.millrace.metadata.MetadataRecord.TopicSettingsChanged;
import io.millrace.model.TopicId;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Applies the metadata log to the state: the only code that says what a fact does. Without clock,
 * randomness, I/O or configuration, so that every node that has read the same log has the same
 * state.
 *
 * <p>Checked for every fact: leader epochs, partition epochs, incarnations and producer ids only
 * grow; a topic's id and name are used once; a leader is an in-sync replica and an in-sync replica
 * is a replica. A fact that breaks a rule was never decided by a controller: the log is damaged or
 * of another version, and the node must not go on.
 *
 * <p>Threading: pure functions.
 */
public final class ImageApplier {
  private ImageApplier() {}

  /**
   * Whether a proposal counts: it is of the current term, or begins a later one, and was decided
   * from the state that it finds.
   */
  public static boolean accepts(MetadataState state, Proposal proposal) {
    boolean isOfTerm =
        proposal.beginsTerm()
            ? proposal.controllerTerm() > state.controllerTerm()
            : proposal.controllerTerm() == state.controllerTerm();
    return isOfTerm && proposal.previousProposal() == state.lastProposal();
  }

  /**
   * The state after the entry at this index; a proposal that does not count changes only the index.
   *
   * @throws IllegalStateException if the index is not the next one, or a fact breaks a rule
   */
  public static MetadataState apply(MetadataState state, long index, Proposal proposal) {
    check(index == state.index() + 1, "entry " + index + " follows entry " + state.index());
    if (!accepts(state, proposal)) {
      return new MetadataState(
          state.cluster().withVersion(index),
          state.metadataVersion(),
          state.controllerTerm(),
          state.lastProposal(),
          state.nextProducerId());
    }
    Application application = new Application(state);
    proposal.records().forEach(record -> record.accept(application));
    return new MetadataState(
        application.cluster.withVersion(index),
        application.metadataVersion,
        proposal.controllerTerm(),
        proposal.previousProposal() + 1,
        application.nextProducerId);
  }

  /**
   * The state that a snapshot's facts describe.
   *
   * @throws IllegalStateException if they are not those of {@link MetadataState#toRecords()}
   */
  public static MetadataState restore(long index, List<MetadataRecord> records) {
    check(
        !records.isEmpty() && records.get(0) instanceof SnapshotBegun,
        "a snapshot does not begin with SnapshotBegun");
    SnapshotBegun begun = (SnapshotBegun) records.get(0);
    Application application = new Application(MetadataState.empty());
    records.subList(1, records.size()).forEach(record -> record.accept(application));
    return new MetadataState(
        application.cluster.withVersion(index),
        application.metadataVersion,
        begun.controllerTerm(),
        begun.lastProposal(),
        begun.nextProducerId());
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException("metadata log: " + otherwise);
    }
  }

  /** One proposal under way. */
  private static final class Application implements MetadataRecord.Visitor<Boolean> {
    private ClusterImage cluster;
    private int metadataVersion;
    private long nextProducerId;

    Application(MetadataState state) {
      this.cluster = state.cluster();
      this.metadataVersion = state.metadataVersion();
      this.nextProducerId = state.nextProducerId();
    }

    @Override
    public Boolean on(ClusterFounded record) {
      check(metadataVersion == 0, "the cluster is founded twice");
      check(
          record.metadataVersion() >= 1
              && record.metadataVersion() <= MetadataState.SUPPORTED_VERSION,
          "its version is "
              + record.metadataVersion()
              + ", this server reads 1 to "
              + MetadataState.SUPPORTED_VERSION
              + "; start the newer release that wrote it");
      metadataVersion = record.metadataVersion();
      cluster = cluster.withClusterId(record.clusterId());
      return true;
    }

    @Override
    public Boolean on(ControllerElected record) {
      return true;
    }

    @Override
    public Boolean on(BrokerRegistered record) {
      long before = cluster.broker(record.nodeId()).map(BrokerImage::incarnation).orElse(0L);
      check(
          record.incarnation() > before,
          "broker "
              + record.nodeId()
              + " registers as "
              + record.incarnation()
              + " after "
              + before);
      cluster =
          cluster.withBroker(
              new BrokerImage(record.nodeId(), record.incarnation(), record.fenced()));
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
                  TopicSettings.of(record.settings())));
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
      for (PartitionsChanged.Change change : record.changes()) {
        check(
            topic.hasPartition(change.partition()),
            "topic " + topic.name() + " has no partition " + change.partition());
        PartitionImage before = partitions.get(change.partition());
        partitions.set(change.partition(), PartitionRules.changed(before, change));
      }
      replace(topic, partitions, Map.of());
      return true;
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
                  settingChanges.isEmpty()
                      ? topic.settings()
                      : topic.settings().with(settingChanges)));
    }
  }
}
