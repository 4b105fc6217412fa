package io.millrace.metadata;

import io.millrace.metadata.MetadataRecord.MetadataVersionRaised;
import io.millrace.metadata.MetadataRecord.VotersChanged;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.config.ControllerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.QuorumImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The part of the {@link Controller} that decides about brokers, and about where partitions are and
 * who leads them.
 *
 * <p>Threading: the controller's.
 */
public final class BrokerDecisions {
  private final Controller controller;
  private final SettingValues settings;
  private final RecoveryRules recovery = new RecoveryRules();
  private Set<MemberId> founders = Set.of();

  BrokerDecisions(Controller controller, SettingValues settings) {
    this.controller = controller;
    this.settings = settings;
  }

  /** Who cannot be a learner of the metadata log. */
  void onFounders(Set<MemberId> newFounders) {
    founders = Set.copyOf(newFounders);
  }

  void onElected() {
    recovery.forget();
  }

  /**
   * A number for a disk that has none; the same one each time.
   *
   * @param wanted the number that it is configured to have, -1 for any
   */
  public Decision<NodeId> allocateNodeId(String directoryId, int wanted) {
    return controller.decide(BrokerRules.allocateNodeId(controller.latest(), directoryId, wanted));
  }

  /**
   * Registers a broker that starts; it is fenced until {@link #unfence}. A copy of a registration
   * that was granted is answered as that was.
   *
   * @return refused with UNSUPPORTED_VERSION, DUPLICATE_BROKER_REGISTRATION, or
   *     DATA_DIRECTORY_INVALID if the process was followed by another one
   */
  public Decision<BrokerImage> register(BrokerRegistration registration) {
    return controller.decide(RegistrationRules.register(controller.latest(), registration));
  }

  /** Lets a broker lead; refused with STALE_BROKER_EPOCH. */
  public Decision<BrokerImage> unfence(NodeId node, long incarnation) {
    return controller.decide(BrokerRules.unfence(controller.latest(), node, incarnation));
  }

  /** Has others lead what these brokers led, if they are in these lives still. */
  public Decision<Integer> fence(Collection<BrokerImage> lives) {
    return controller.decide(BrokerRules.fence(controller.latest(), lives));
  }

  /** Has the replicas of a broker move elsewhere, or no more; refused with BROKER_NOT_FOUND. */
  public Decision<BrokerImage> drain(NodeId node, boolean draining) {
    return controller.decide(BrokerRules.drain(controller.latest(), node, draining));
  }

  /** Refused as a whole with STALE_BROKER_EPOCH; else each change has its own result. */
  public Decision<List<PartitionResult>> alterInSync(
      NodeId node, long incarnation, List<IsrChange> changes) {
    return controller.decide(PartitionMoves.alterInSync(latest(), node, incarnation, changes));
  }

  /** Moves partitions to other replicas, or, given none, back. */
  public Decision<List<PartitionResult>> reassign(
      Map<PartitionId, Optional<List<NodeId>>> targets) {
    return controller.decide(PartitionMoves.reassign(latest(), targets));
  }

  /**
   * Elects the preferred leaders of these partitions, or, where nobody leads, one that may lack
   * records.
   *
   * @param partitions none for all for which it is of use
   */
  public Decision<List<PartitionResult>> elect(List<PartitionId> partitions, boolean unclean) {
    List<PartitionId> some = partitions.isEmpty() ? needing(unclean) : partitions;
    return controller.decide(PartitionMoves.elect(latest(), some, unclean, recovery));
  }

  private List<PartitionId> needing(boolean unclean) {
    List<PartitionId> needing = new ArrayList<>();
    for (TopicImage topic : latest().topics()) {
      for (PartitionImage partition : topic.partitions()) {
        if (unclean
            ? partition.leader().isEmpty()
            : !partition.isLedBy(partition.replicas().get(0))) {
          needing.add(topic.partitionId(partition.partition()));
        }
      }
    }
    return needing;
  }

  /** Sets out to spread replicas and leaders evenly; how many partitions move. */
  public Decision<Integer> rebalance() {
    return controller.decide(moves(true));
  }

  /** Of which partitions a broker is to tell how far its log goes. */
  List<PartitionId> positionsWanted(BrokerImage broker) {
    return recovery.wanted(latest(), broker);
  }

  void onPositions(BrokerImage broker, Map<PartitionId, ReplicaPosition> positions) {
    recovery.onPositions(broker, positions);
  }

  /** Whether it is decided, committed or not, that this life of a broker leads no more. */
  boolean isEnding(BrokerImage life) {
    return latest()
        .broker(life.id())
        .filter(broker -> !broker.fenced() && broker.incarnation() == life.incarnation())
        .isEmpty();
  }

  /** All brokers read later facts: they may be written. */
  public Decision<Integer> raiseVersion() {
    return controller.decide(version());
  }

  /**
   * What is to be done without anybody asking, to be called every now and then: one kind of thing
   * at a time, the most urgent first. How many things it is.
   *
   * @param isCalm whether leaders may change though nobody has to take over: with {@code
   *     auto.leader.rebalance.enable} preferred replicas then lead again
   */
  public Decision<Integer> upkeep(boolean isCalm) {
    List<Ruling.Grant<Integer>> kinds =
        List.of(version(), recovered(), voters(), preferred(isCalm), moves(spreadsByItself()));
    for (Ruling.Grant<Integer> kind : kinds) {
      if (!kind.records().isEmpty()) {
        return controller.decide(kind);
      }
    }
    return controller.decide(new Ruling.Grant<>(List.of(), next -> 0));
  }

  private boolean spreadsByItself() {
    return settings.get(ControllerSettings.CLUSTER_BALANCE_ENABLE);
  }

  private ClusterImage latest() {
    return controller.latest().cluster();
  }

  private Ruling.Grant<Integer> version() {
    MetadataState state = controller.latest();
    int common =
        state.cluster().brokers().stream()
            .filter(broker -> !broker.endpoints().isEmpty() || !broker.fenced())
            .mapToInt(BrokerImage::supportedVersion)
            .min()
            .orElse(0);
    int next = Math.min(common, MetadataState.SUPPORTED_VERSION);
    return state.isFounded() && next > state.metadataVersion()
        ? new Ruling.Grant<>(List.of(new MetadataVersionRaised(next)), done -> 1)
        : none();
  }

  private Ruling.Grant<Integer> recovered() {
    return of(recovery.elections(latest()));
  }

  private Ruling.Grant<Integer> voters() {
    ClusterImage image = latest();
    QuorumImage next =
        image.voters().isEmpty()
            ? new QuorumImage(
                image.controller(), Set.copyOf(image.controller().stream().toList()), Set.of())
            : VoterPlan.next(image, founders);
    return next.equals(image.quorum()) || next.voters().isEmpty()
        ? none()
        : new Ruling.Grant<>(
            List.of(new VotersChanged(List.copyOf(next.voters()), List.copyOf(next.learners()))),
            done -> 1);
  }

  private Ruling.Grant<Integer> preferred(boolean isCalm) {
    if (!isCalm || !settings.get(ControllerSettings.AUTO_LEADER_REBALANCE_ENABLE)) {
      return none();
    }
    ClusterImage image = latest();
    LeaderElection election = new LeaderElection(image.brokers());
    return of(
        PartitionChanges.of(
            image,
            partition ->
                partition.leader().isPresent() && !partition.isLedBy(partition.replicas().get(0)),
            (topic, draft) -> election.prefer(draft)));
  }

  private Ruling.Grant<Integer> moves(boolean evenly) {
    ClusterImage image = latest();
    LeaderElection election = new LeaderElection(image.brokers());
    PartitionChanges changes = new PartitionChanges();
    int limit = settings.get(ControllerSettings.CLUSTER_BALANCE_MOVES_MAX);
    for (Balancer.Move move : Balancer.plan(image, limit, evenly)) {
      PartitionDraft draft = new PartitionDraft(move.topic(), move.partition());
      Reassignment.begin(move.topic(), draft, move.target(), election);
      changes.add(move.topic(), move.partition(), draft.finished());
    }
    return of(changes);
  }

  private static Ruling.Grant<Integer> of(PartitionChanges changes) {
    int count = changes.count();
    return new Ruling.Grant<>(changes.records(), done -> count);
  }

  private static Ruling.Grant<Integer> none() {
    return new Ruling.Grant<>(List.of(), done -> 0);
  }
}
