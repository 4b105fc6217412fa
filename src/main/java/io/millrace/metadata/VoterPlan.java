package io.millrace.metadata;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.QuorumImage;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who is to keep the metadata log: 1 voter on one node; 1 and a learner on two, since two voters
 * would stop with either of them; 3 on three or four; 5 from five on. A voter that is there stays;
 * one that is not is replaced once somebody else is there who can, and never merely dropped, since
 * it may come back with the majority's entries. The log itself makes voters of learners only when
 * they have caught up, and no learner of a member that began it.
 */
final class VoterPlan {
  private VoterPlan() {}

  /**
   * Whom the quorum should be of; the present one if nothing is to change.
   *
   * @param founders members that cannot learn: of two nodes such a one votes
   */
  static QuorumImage next(ClusterImage image, Set<MemberId> founders) {
    QuorumImage now = image.quorum();
    List<NodeId> healthy =
        image.brokers().stream()
            .filter(BrokerImage::isUsable)
            .filter(broker -> !broker.directoryId().isEmpty())
            .map(BrokerImage::id)
            .toList();
    if (healthy.isEmpty() || now.voters().isEmpty()) {
      return now;
    }
    Set<NodeId> members = new HashSet<>(now.voters());
    image.brokers().stream()
        .filter(broker -> !broker.draining() && !broker.endpoints().isEmpty())
        .map(BrokerImage::id)
        .forEach(members::add);
    members.removeIf(node -> isDraining(image, node) && !healthy.isEmpty());
    int wanted = wanted(Math.max(members.size(), healthy.size()));
    Set<NodeId> voters = new LinkedHashSet<>();
    Set<NodeId> unableToLearn = nodesOf(image, founders);
    if (wanted == 1) {
      addFrom(voters, unableToLearn, healthy, wanted);
    }
    addFrom(voters, now.controller().stream().toList(), healthy, wanted);
    addFrom(voters, now.voters(), healthy, wanted);
    addFrom(voters, now.learners(), healthy, wanted);
    addFrom(voters, healthy, healthy, wanted);
    // Without a healthy spare the absent voters stay.
    addFrom(voters, now.voters(), members, wanted);
    if (voters.size() < now.voters().size() && voters.size() < wanted) {
      return now;
    }
    Set<NodeId> learners = wanted == 1 ? learners(now, healthy, voters, unableToLearn) : Set.of();
    return new QuorumImage(now.controller(), voters, learners);
  }

  /** One of those who do not vote, the present one rather than another. */
  private static Set<NodeId> learners(
      QuorumImage now, List<NodeId> healthy, Set<NodeId> voters, Set<NodeId> unableToLearn) {
    Set<NodeId> others = new LinkedHashSet<>(healthy);
    others.removeAll(voters);
    others.removeAll(unableToLearn);
    Set<NodeId> learners = new LinkedHashSet<>();
    addFrom(learners, now.learners(), others, 1);
    addFrom(learners, others, others, 1);
    return learners;
  }

  private static Set<NodeId> nodesOf(ClusterImage image, Set<MemberId> members) {
    Set<NodeId> nodes = new LinkedHashSet<>();
    for (MemberId member : members) {
      image
          .broker(member.nodeId())
          .filter(broker -> broker.directoryId().equals(member.directoryId()))
          .ifPresent(broker -> nodes.add(broker.id()));
    }
    return nodes;
  }

  private static boolean isDraining(ClusterImage image, NodeId node) {
    return image.broker(node).map(BrokerImage::draining).orElse(false);
  }

  private static int wanted(int nodes) {
    return nodes < 3 ? 1 : nodes < 5 ? 3 : 5;
  }

  private static void addFrom(
      Set<NodeId> chosen, Collection<NodeId> some, Collection<NodeId> allowed, int most) {
    for (NodeId node : some) {
      if (chosen.size() < most && allowed.contains(node)) {
        chosen.add(node);
      }
    }
  }
}
