package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** What may be asked for partitions one by one, and the facts that it makes. */
final class PartitionMoves {
  private PartitionMoves() {}

  /** What one of the partitions that were asked for is to become, or why it is not. */
  private sealed interface Verdict {
    record Changed(PartitionImage now) implements Verdict {}

    record Refused(ErrorCode error, String reason) implements Verdict {}
  }

  /**
   * Sets each of these partitions out for other replicas, or, given none, back to those that it had
   * before.
   */
  static Ruling<List<PartitionResult>> reassign(
      ClusterImage image, Map<PartitionId, Optional<List<NodeId>>> targets) {
    LeaderElection election = new LeaderElection(image.brokers());
    return each(
        image,
        List.copyOf(targets.keySet()),
        (topic, partition) -> {
          Optional<List<NodeId>> target = targets.get(topic.partitionId(partition.partition()));
          PartitionDraft draft = new PartitionDraft(topic, partition);
          if (target == null || target.isEmpty()) {
            if (!partition.isMoving()) {
              return new Verdict.Refused(
                  ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
                  ErrorCode.NO_REASSIGNMENT_IN_PROGRESS.sentence());
            }
            Reassignment.cancel(topic, draft, election);
          } else if (isAssignment(image, target.get())) {
            Reassignment.begin(topic, draft, target.get(), election);
          } else {
            return new Verdict.Refused(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                "replicas " + target.get() + " are not all different brokers of the cluster");
          }
          return new Verdict.Changed(draft.finished());
        });
  }

  private static boolean isAssignment(ClusterImage image, List<NodeId> target) {
    return !target.isEmpty()
        && new HashSet<>(target).size() == target.size()
        && target.stream()
            .allMatch(
                node ->
                    image
                        .broker(node)
                        .filter(broker -> !broker.endpoints().isEmpty() || !broker.fenced())
                        .isPresent());
  }

  /**
   * Has the preferred replicas lead, or, uncleanly, whatever replica is there where nobody leads.
   */
  static Ruling<List<PartitionResult>> elect(
      ClusterImage image, List<PartitionId> partitions, boolean unclean, RecoveryRules recovery) {
    LeaderElection election = new LeaderElection(image.brokers());
    return each(
        image,
        partitions,
        (topic, partition) ->
            unclean
                ? electUncleanly(
                    topic,
                    partition,
                    election,
                    recovery.known(image, topic.partitionId(partition.partition())))
                : electPreferred(topic, partition, election));
  }

  private static Verdict electPreferred(
      TopicImage topic, PartitionImage partition, LeaderElection election) {
    if (partition.isLedBy(partition.replicas().get(0))) {
      return new Verdict.Refused(
          ErrorCode.ELECTION_NOT_NEEDED, ErrorCode.ELECTION_NOT_NEEDED.sentence());
    }
    PartitionDraft draft = new PartitionDraft(topic, partition);
    election.prefer(draft);
    PartitionImage now = draft.finished();
    return now.equals(partition)
        ? new Verdict.Refused(
            ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
            "broker " + partition.replicas().get(0) + " is not in sync, drained, or not there")
        : new Verdict.Changed(now);
  }

  private static Verdict electUncleanly(
      TopicImage topic,
      PartitionImage partition,
      LeaderElection election,
      Map<NodeId, ReplicaPosition> positions) {
    if (partition.leader().isPresent()) {
      return new Verdict.Refused(
          ErrorCode.ELECTION_NOT_NEEDED, ErrorCode.ELECTION_NOT_NEEDED.sentence());
    }
    PartitionDraft draft = new PartitionDraft(topic, partition);
    election.recover(draft, positions, true);
    return draft.leader().isEmpty()
        ? new Verdict.Refused(
            ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
            "none of the replicas " + partition.replicas() + " is there")
        : new Verdict.Changed(draft.finished());
  }

  /** The changes of in-sync replicas that a leader asks for. */
  static Ruling<List<PartitionResult>> alterInSync(
      ClusterImage image, NodeId node, long incarnation, List<IsrChange> changes) {
    Optional<BrokerImage> asker = image.broker(node);
    if (asker.isEmpty() || asker.get().incarnation() != incarnation) {
      return BrokerRules.staleBroker(node, incarnation);
    }
    PartitionChanges made = new PartitionChanges();
    List<PartitionResult> results = new ArrayList<>();
    Set<PartitionId> seen = new HashSet<>();
    for (IsrChange change : changes) {
      IsrRules.Outcome outcome =
          seen.add(change.partition())
              ? IsrRules.alter(image, asker.get(), change)
              : new IsrRules.Outcome.Refused(ErrorCode.INVALID_REQUEST, "it is named twice");
      if (outcome instanceof IsrRules.Outcome.Refused refused) {
        results.add(new PartitionResult(change.partition(), refused.error(), refused.reason()));
      } else if (outcome instanceof IsrRules.Outcome.Changed changed) {
        TopicImage topic = image.topic(change.partition().topicId()).orElseThrow();
        made.add(topic, topic.partitions().get(change.partition().partition()), changed.now());
        results.add(PartitionResult.done(change.partition()));
      }
    }
    return new Ruling.Grant<>(made.records(), next -> List.copyOf(results));
  }

  private static Ruling<List<PartitionResult>> each(
      ClusterImage image,
      List<PartitionId> partitions,
      BiFunction<TopicImage, PartitionImage, Verdict> decision) {
    PartitionChanges made = new PartitionChanges();
    List<PartitionResult> results = new ArrayList<>();
    for (PartitionId id : new LinkedHashSet<>(partitions)) {
      Optional<TopicImage> topic =
          image.topic(id.topicId()).filter(found -> found.hasPartition(id.partition()));
      if (topic.isEmpty()) {
        results.add(
            new PartitionResult(
                id, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no partition " + id));
        continue;
      }
      PartitionImage before = topic.get().partitions().get(id.partition());
      Verdict verdict = decision.apply(topic.get(), before);
      if (verdict instanceof Verdict.Refused refused) {
        results.add(new PartitionResult(id, refused.error(), refused.reason()));
      } else if (verdict instanceof Verdict.Changed changed) {
        made.add(topic.get(), before, changed.now());
        results.add(PartitionResult.done(id));
      }
    }
    return new Ruling.Grant<>(made.records(), next -> List.copyOf(results));
  }
}
