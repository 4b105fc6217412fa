package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who leads a partition, given who can.
 *
 * <p>A leader is an in-sync replica whose broker is not fenced. Where there is a leader, no fenced
 * broker is in sync (KIP-841); where there can be none, those in sync stay so, because each of them
 * has every acknowledged record. Where none of those is there, one leads that went out of sync and
 * yet has all that is committed ({@link PartitionImage#eligibleLeaderReplicas}). Replicas come in
 * their order, the preferred one first, those of brokers that are being drained last.
 */
final class LeaderElection {
  private final Set<NodeId> active = new HashSet<>();
  private final Set<NodeId> draining = new HashSet<>();

  /** With these brokers as they are, or are about to be. */
  LeaderElection(Iterable<BrokerImage> brokers) {
    for (BrokerImage broker : brokers) {
      if (!broker.fenced()) {
        active.add(broker.id());
      }
      if (broker.draining()) {
        draining.add(broker.id());
      }
    }
  }

  boolean isActive(NodeId node) {
    return active.contains(node);
  }

  /** Keeps the leader if it still can lead, and has another one lead if it cannot. */
  void settle(TopicImage topic, PartitionDraft draft) {
    Optional<NodeId> leader = draft.leader();
    boolean stays =
        leader.isPresent() && isActive(leader.get()) && draft.inSync().contains(leader.get());
    if (!stays) {
      elect(topic, draft);
    }
    if (draft.leader().isPresent()) {
      draft.keepInSync(draft.inSync().stream().filter(this::isActive).toList());
    }
  }

  private void elect(TopicImage topic, PartitionDraft draft) {
    Optional<NodeId> clean = first(draft, draft.inSync()::contains);
    if (clean.isPresent()) {
      draft.lead(clean.get(), true);
      return;
    }
    Optional<NodeId> eligible = first(draft, draft::isEligible);
    if (eligible.isPresent()) {
      leadAlone(draft, eligible.get(), true);
      return;
    }
    draft.endLeadership();
    if (topic.settings().get(TopicSettings.UNCLEAN_LEADER_ELECTION_ENABLE)) {
      first(draft, replica -> true).ifPresent(replica -> leadUncleanly(draft, replica));
    }
  }

  private Optional<NodeId> first(PartitionDraft draft, Predicate<NodeId> may) {
    return draft.replicas().stream()
        .filter(replica -> isActive(replica) && may.test(replica))
        .min(Comparator.comparing(draining::contains));
  }

  /** Has the replica lead whatever it lacks: it alone is in sync. */
  static void leadUncleanly(PartitionDraft draft, NodeId replica) {
    leadAlone(draft, replica, false);
  }

  private static void leadAlone(PartitionDraft draft, NodeId replica, boolean cleanly) {
    draft.lead(replica, cleanly);
    draft.keepInSync(List.of(replica));
  }

  /** Has the preferred replica lead, if it is in sync. */
  void prefer(PartitionDraft draft) {
    NodeId preferred = draft.replicas().get(0);
    if (!draft.leader().equals(Optional.of(preferred))
        && isActive(preferred)
        && !draining.contains(preferred)
        && draft.inSync().contains(preferred)) {
      draft.lead(preferred, true);
      draft.keepInSync(draft.inSync().stream().filter(this::isActive).toList());
    }
  }

  /** Hands what a broker leads to others that are in sync and stay, where there are such. */
  void moveAway(PartitionDraft draft, NodeId from) {
    draft.replicas().stream()
        .filter(replica -> !replica.equals(from) && isActive(replica))
        .filter(replica -> !draining.contains(replica) && draft.inSync().contains(replica))
        .findFirst()
        .ifPresent(replica -> draft.lead(replica, true));
  }

  /**
   * Elects a leader where replicas that were in sync have lost records: the one whose log goes
   * furthest, by (last epoch, end offset), once all that were in sync have told how far. Those that
   * told nothing count as not back, unless somebody forces it.
   */
  void recover(PartitionDraft draft, Map<NodeId, ReplicaPosition> positions, boolean forced) {
    Map<NodeId, ReplicaPosition> known = new HashMap<>(positions);
    known.keySet().retainAll(forced ? draft.replicas() : draft.lastKnownInSync());
    known.keySet().removeIf(node -> !isActive(node));
    if (!forced && !known.keySet().containsAll(draft.lastKnownInSync())) {
      return;
    }
    known.entrySet().stream()
        .max(
            Map.Entry.<NodeId, ReplicaPosition>comparingByValue()
                .thenComparing(entry -> -draft.replicas().indexOf(entry.getKey())))
        .map(Map.Entry::getKey)
        .or(() -> forced ? first(draft, replica -> true) : Optional.empty())
        .ifPresent(replica -> leadUncleanly(draft, replica));
  }
}
