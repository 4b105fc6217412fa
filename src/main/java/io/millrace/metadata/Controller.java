package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.TopicImage;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Decides what becomes of requests to change the metadata. It looks at the committed state and its
 * own proposals that are still pending, as if those were committed already; a proposal that is
 * dropped takes with it all that were decided after it.
 *
 * <p>Invariant: {@code committed.lastProposal <= latest.lastProposal}, and the difference, the
 * pending proposals, is at most {@code metadata.pending.max}.
 *
 * <p>Threading: one thread. No clock, no I/O; randomness is given.
 */
public final class Controller {
  private final SettingValues settings;
  private final TopicRules topics;
  private final BrokerDecisions brokers;
  private MetadataState committed = MetadataState.empty();
  private MetadataState latest = committed;
  private boolean leading;

  /**
   * A controller that leads nothing yet.
   *
   * @param settings the broker's
   * @param random makes topic ids; a secure one, since ids are never to meet again
   */
  public Controller(SettingValues settings, RandomGenerator random) {
    this.settings = settings;
    this.topics = new TopicRules(settings, random);
    this.brokers = new BrokerDecisions(this, settings);
  }

  /** The log came to this state. */
  public void onCommitted(MetadataState state) {
    committed = state;
    if (!leading || latest.lastProposal() <= state.lastProposal()) {
      latest = state;
    }
  }

  /**
   * This node leads the log from here on.
   *
   * @param term larger than those of all former controllers
   * @return what it must propose first
   */
  public Proposal onElected(NodeId nodeId, long term) {
    leading = true;
    latest = committed;
    brokers.onElected();
    Proposal proposal =
        new Proposal(
            term,
            latest.lastProposal(),
            latest.writtenVersion(),
            List.of(new ControllerElected(nodeId)));
    latest = ImageApplier.apply(latest, latest.index() + 1, proposal);
    return proposal;
  }

  /** What {@link #onElected} proposed is committed after all, though its answer was lost. */
  public void onTermBegun() {
    leading = true;
    latest = committed;
    brokers.onElected();
  }

  /** Another node leads, or none: everything pending is forgotten, every request refused. */
  public void onDeposed() {
    leading = false;
    latest = committed;
  }

  /**
   * A proposal was dropped, or its fate is not known: everything pending is forgotten. To be called
   * after a barrier, so that the committed state is the newest.
   */
  public void onProposalLost() {
    latest = committed;
  }

  /** How many proposals are not committed yet. */
  public long pendingProposals() {
    return latest.lastProposal() - committed.lastProposal();
  }

  /** The last state that the log came to. */
  public MetadataState committed() {
    return committed;
  }

  /**
   * Founds the cluster, if there is none yet.
   *
   * @return its id; refused with CLUSTER_ID_MISMATCH if it has another one
   */
  public Decision<String> found(String clusterId) {
    return decide(BrokerRules.found(latest, clusterId), false);
  }

  /**
   * Registers the broker of a node that is alone: ends its former life and leads on in later
   * epochs.
   */
  public Decision<BrokerImage> registerBroker(NodeId nodeId) {
    return decide(RegistrationRules.registerAlone(latest, nodeId), false);
  }

  /** What is decided about the brokers of a cluster, and where partitions are. */
  public BrokerDecisions brokers() {
    return brokers;
  }

  /** The state with everything that is pending, as the next decision sees it. */
  MetadataState latest() {
    return latest;
  }

  <T> Decision<T> decide(Ruling<T> ruling) {
    return decide(ruling, false);
  }

  /** Gives a broker the next {@link ProducerIdBlock#SIZE} producer ids. */
  public Decision<ProducerIdBlock> allocateProducerIds(NodeId nodeId) {
    return decide(BrokerRules.allocateProducerIds(latest, nodeId, ProducerIdBlock.SIZE), false);
  }

  /**
   * Creates a topic.
   *
   * @param partitions -1 for {@code num.partitions}
   * @param replicationFactor -1 for the default
   * @param topicSettings as users write them
   * @param validateOnly check everything, change nothing; the topic is what would have been
   * @return refused with TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
   *     INVALID_CONFIG, POLICY_VIOLATION
   */
  public Decision<TopicImage> createTopic(
      TopicName name,
      int partitions,
      int replicationFactor,
      Map<String, String> topicSettings,
      boolean validateOnly) {
    return decide(
        topics.create(latest.cluster(), name, partitions, replicationFactor, topicSettings),
        validateOnly);
  }

  /**
   * Deletes a topic.
   *
   * @return the topic as it was; refused with UNKNOWN_TOPIC_OR_PARTITION or POLICY_VIOLATION
   */
  public Decision<TopicImage> deleteTopic(TopicName name) {
    return decide(topics.delete(latest.cluster(), name), false);
  }

  /**
   * Changes some of a topic's settings; an empty text takes one back to its default.
   *
   * @return the topic with the change; refused with UNKNOWN_TOPIC_OR_PARTITION or INVALID_CONFIG
   */
  public Decision<TopicImage> alterTopic(
      TopicName name, Map<String, String> changes, boolean validateOnly) {
    return decide(topics.alter(latest.cluster(), name, changes), validateOnly);
  }

  /**
   * Adds partitions until there are {@code totalPartitions}.
   *
   * @return the topic with them; refused with UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS or
   *     POLICY_VIOLATION
   */
  public Decision<TopicImage> createPartitions(
      TopicName name, int totalPartitions, boolean validateOnly) {
    return decide(topics.addPartitions(latest.cluster(), name, totalPartitions), validateOnly);
  }

  private <T> Decision<T> decide(Ruling<T> ruling, boolean validateOnly) {
    if (!leading) {
      return new Decision.Refused<>(
          ErrorCode.LEADER_NOT_AVAILABLE, "this node is not the controller; ask again shortly");
    }
    if (ruling instanceof Ruling.Deny<T> denied) {
      return new Decision.Refused<>(denied.code(), denied.sentence());
    }
    Ruling.Grant<T> granted = (Ruling.Grant<T>) ruling;
    if (granted.records().isEmpty()) {
      return new Decision.Unchanged<>(granted.result().apply(latest));
    }
    Proposal proposal =
        new Proposal(
            latest.controllerTerm(),
            latest.lastProposal(),
            latest.writtenVersion(),
            granted.records());
    MetadataState next = ImageApplier.apply(latest, latest.index() + 1, proposal);
    T result = granted.result().apply(next);
    if (validateOnly) {
      return new Decision.Unchanged<>(result);
    }
    int mostPending = settings.get(ServerSettings.METADATA_PENDING_MAX);
    if (pendingProposals() >= mostPending) {
      return new Decision.Refused<>(
          ErrorCode.THROTTLED,
          mostPending
              + " changes of metadata wait to be committed (metadata.pending.max); ask again"
              + " shortly");
    }
    latest = next;
    return new Decision.Propose<>(proposal, result);
  }
}
