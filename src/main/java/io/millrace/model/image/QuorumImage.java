package io.millrace.model.image;

import io.millrace.model.NodeId;
import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who keeps the metadata log.
 *
 * @param controller the node whose term it is, empty before the first
 * @param voters nodes whose majority commits; empty while nobody said so, on a single node
 * @param learners nodes that follow the log to become voters; never a voter as well
 */
public record QuorumImage(Optional<NodeId> controller, Set<NodeId> voters, Set<NodeId> learners) {
  public static final QuorumImage EMPTY = new QuorumImage(Optional.empty(), Set.of(), Set.of());

  public QuorumImage {
    voters = ordered(voters);
    learners = ordered(learners);
  }

  public QuorumImage withController(NodeId node) {
    return new QuorumImage(Optional.of(node), voters, learners);
  }

  private static Set<NodeId> ordered(Set<NodeId> nodes) {
    SortedSet<NodeId> sorted = new TreeSet<>(Comparator.comparingInt(NodeId::value));
    sorted.addAll(nodes);
    return Collections.unmodifiableSortedSet(sorted);
  }
}
