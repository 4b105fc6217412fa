package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.control.IsrChange;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;

/**
 * Changes of in-sync replicas that a leader asks for: a compare-and-set on the leader's broker
 * epoch, leader epoch and partition epoch (KIP-497), in which nobody enters whose broker is not
 * registered as the leader saw it, is fenced, or is being drained (KIP-841, KIP-903). A leader that
 * names others that have all that is committed, and not itself, resigns: one of those leads.
 */
final class IsrRules {
  private IsrRules() {}

  /** What becomes of one partition. */
  sealed interface Outcome {
    /**
     * The partition has these replicas in sync, and has moved if that was waited for; its epoch is
     * a later one in any case.
     */
    record Changed(PartitionImage now) implements Outcome {}

    /** Nothing changed. */
    record Refused(ErrorCode error, String reason) implements Outcome {}
  }

  static Outcome alter(ClusterImage image, BrokerImage asker, IsrChange change) {
    Optional<TopicImage> topic =
        image
            .topic(change.partition().topicId())
            .filter(found -> found.hasPartition(change.partition().partition()));
    if (topic.isEmpty()) {
      return refused(ErrorCode.UNKNOWN_TOPIC_ID, "there is no partition " + change.partition());
    }
    PartitionImage partition = topic.get().partitions().get(change.partition().partition());
    return wrongEpoch(partition, asker, change)
        .or(() -> wrongMembers(image, partition, asker, change))
        .orElseGet(() -> changed(image, topic.get(), partition, asker, change));
  }

  private static Optional<Outcome> wrongEpoch(
      PartitionImage partition, BrokerImage asker, IsrChange change) {
    if (asker.fenced() || !partition.isLedBy(asker.id())) {
      return Optional.of(
          refused(
              ErrorCode.NOT_LEADER_OR_FOLLOWER,
              "broker " + asker.id() + " does not lead " + change.partition()));
    }
    if (change.leaderEpoch() != partition.leaderEpoch()) {
      return Optional.of(
          refused(
              ErrorCode.FENCED_LEADER_EPOCH,
              "leader epoch " + change.leaderEpoch() + ", it is " + partition.leaderEpoch()));
    }
    if (change.partitionEpoch() != partition.partitionEpoch()) {
      return Optional.of(
          refused(
              ErrorCode.INVALID_UPDATE_VERSION,
              "partition epoch "
                  + change.partitionEpoch()
                  + ", it is "
                  + partition.partitionEpoch()));
    }
    return Optional.empty();
  }

  private static Optional<Outcome> wrongMembers(
      ClusterImage image, PartitionImage partition, BrokerImage asker, IsrChange change) {
    boolean isSet = new HashSet<>(change.nodes()).size() == change.members().size();
    boolean mayResign =
        !change.members().isEmpty() && change.nodes().stream().allMatch(partition::mayLead);
    if (!isSet
        || (resigns(asker, change) && !mayResign)
        || !Collections.disjoint(change.nodes(), change.lacking())
        || !partition.replicas().containsAll(change.nodes())) {
      return Optional.of(
          refused(
              ErrorCode.INVALID_REQUEST,
              "in sync are to be "
                  + change.nodes()
                  + ", expected the leader and other replicas of "
                  + partition.replicas()
                  + ", or, without the leader, some that have all; lacking are "
                  + change.lacking()));
    }
    for (IsrChange.Member member : change.members()) {
      if (!mayBeInSync(image, partition, member)) {
        return Optional.of(
            refused(
                ErrorCode.INELIGIBLE_REPLICA,
                "broker "
                    + member.node()
                    + " is fenced, drained, or not registered as "
                    + member.incarnation()));
      }
    }
    return Optional.empty();
  }

  private static boolean resigns(BrokerImage asker, IsrChange change) {
    return !change.nodes().contains(asker.id());
  }

  private static boolean mayBeInSync(
      ClusterImage image, PartitionImage partition, IsrChange.Member member) {
    Optional<BrokerImage> broker = image.broker(member.node());
    if (broker.isEmpty() || broker.get().fenced()) {
      return false;
    }
    boolean isSameLife =
        member.incarnation() == IsrChange.ANY_INCARNATION
            || member.incarnation() == broker.get().incarnation();
    boolean enters = !partition.inSyncReplicas().contains(member.node());
    return enters
        ? broker.get().incarnation() == member.incarnation() && !broker.get().draining()
        : isSameLife;
  }

  private static Outcome changed(
      ClusterImage image,
      TopicImage topic,
      PartitionImage partition,
      BrokerImage asker,
      IsrChange change) {
    PartitionDraft draft = new PartitionDraft(topic, partition);
    LeaderElection election = new LeaderElection(image.brokers());
    draft.keepInSync(change.nodes());
    change.lacking().forEach(draft::lose);
    draft.answerAsker();
    if (resigns(asker, change)) {
      election.settle(topic, draft);
    }
    Reassignment.completeIfDone(topic, draft, election);
    return new Outcome.Changed(draft.finished());
  }

  private static Outcome refused(ErrorCode error, String reason) {
    return new Outcome.Refused(error, reason);
  }
}
