package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.ClusterFounded;
import io.millrace.metadata.MetadataRecord.TopicCreated;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.ProcessLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A controller whose proposals are committed as it makes them, in a cluster of some brokers. */
final class RulesFixture {
  private static final TopicId TOPIC = new TopicId(1, 2);

  final Controller controller;
  private MetadataState state = MetadataState.empty();
  private long starts;

  RulesFixture() {
    this(Map.of("cluster.balance.enable", "false"));
  }

  RulesFixture(Map<String, String> settings) {
    this(settings, MetadataState.SUPPORTED_VERSION);
  }

  /** Of a metadata version, which may be one of a former release. */
  RulesFixture(Map<String, String> settings, int metadataVersion) {
    controller = new Controller(BrokerSettings.of(settings), new SplittableRandom(5));
    commit(controller.onElected(new NodeId(1), 1));
    commit(
        new Proposal(
            1, state.lastProposal(), List.of(new ClusterFounded("cluster", metadataVersion))));
  }

  MetadataState state() {
    return state;
  }

  private void commit(Proposal proposal) {
    state = ImageApplier.apply(state, state.index() + 1, proposal);
    controller.onCommitted(state);
  }

  <T> T take(Decision<T> decision) {
    if (decision instanceof Decision.Propose<T> propose) {
      commit(propose.proposal());
      return propose.result();
    } else if (decision instanceof Decision.Unchanged<T> unchanged) {
      return unchanged.result();
    }
    throw new AssertionError("refused: " + decision);
  }

  <T> T decide(Function<BrokerDecisions, Decision<T>> request) {
    return take(request.apply(controller.brokers()));
  }

  ErrorCode refusal(Function<BrokerDecisions, Decision<?>> request) {
    return request.apply(controller.brokers()) instanceof Decision.Refused<?> refused
        ? refused.code()
        : ErrorCode.NONE;
  }

  BrokerRegistration registration(NodeId node, String disk, boolean unclean) {
    return registration(node, disk, unclean, Optional.empty());
  }

  /** Of a process that has just started. */
  BrokerRegistration registration(
      NodeId node, String disk, boolean unclean, Optional<String> rack) {
    starts++;
    return new BrokerRegistration(
        node,
        disk,
        rack,
        List.of(new BrokerEndpoint(BrokerListener.BUS, "host" + node, 7801)),
        MetadataState.SUPPORTED_VERSION,
        unclean,
        new ProcessLife(starts, "life" + starts));
  }

  BrokerImage register(NodeId node, String disk, boolean unclean) {
    return decide(brokers -> brokers.register(registration(node, disk, unclean)));
  }

  BrokerImage broker(NodeId node) {
    return state.cluster().broker(node).orElseThrow();
  }

  BrokerImage unfence(NodeId node) {
    return decide(brokers -> brokers.unfence(node, broker(node).incarnation()));
  }

  /** Registers and unfences these, with disks named by their numbers. */
  void brokers(NodeId... nodes) {
    for (NodeId node : nodes) {
      register(node, "disk" + node, false);
      unfence(node);
    }
  }

  void fence(NodeId... nodes) {
    List<BrokerImage> lives = new ArrayList<>();
    for (NodeId node : nodes) {
      lives.add(broker(node));
    }
    decide(brokers -> brokers.fence(lives));
  }

  /** A topic of one partition with these replicas, all in sync. */
  void topic(List<NodeId> replicas) {
    PartitionImage partition =
        new PartitionImage(0, Optional.of(replicas.get(0)), 0, 0, replicas, replicas);
    commit(
        new Proposal(
            state.controllerTerm(),
            state.lastProposal(),
            List.of(
                new TopicCreated(
                    TOPIC, new TopicName("topic"), List.of(partition), Map.of(), false))));
  }

  PartitionId partitionId() {
    return new PartitionId(TOPIC, 0);
  }

  PartitionImage partition() {
    return state.cluster().topic(TOPIC).orElseThrow().partitions().get(0);
  }

  IsrChange change(
      int leaderEpoch, int partitionEpoch, Map<NodeId, Long> members, NodeId... lacking) {
    return new IsrChange(
        partitionId(),
        leaderEpoch,
        partitionEpoch,
        members.entrySet().stream()
            .map(entry -> new IsrChange.Member(entry.getKey(), entry.getValue()))
            .toList(),
        List.of(lacking));
  }

  ErrorCode alter(NodeId asker, long incarnation, IsrChange change) {
    Decision<List<PartitionResult>> decision =
        controller.brokers().alterInSync(asker, incarnation, List.of(change));
    return decision instanceof Decision.Refused<List<PartitionResult>> refused
        ? refused.code()
        : take(decision).get(0).error();
  }

  List<PartitionId> positionsWanted(NodeId node) {
    return controller.brokers().positionsWanted(broker(node));
  }

  void tellPosition(NodeId node, ReplicaPosition position) {
    controller.brokers().onPositions(broker(node), Map.of(partitionId(), position));
  }

  void upkeep() {
    upkeep(true);
  }

  void upkeep(boolean isCalm) {
    decide(brokers -> brokers.upkeep(isCalm));
  }
}
