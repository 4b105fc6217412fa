package io.millrace.cluster;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ClusterSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a node founds a cluster, joins one or goes on in its own. Two nodes that both founded
 * would each take writes as if the other did not exist, so an empty directory founds only if it is
 * told to, or if every seed says that it knows of no cluster and this node is the lowest of them. A
 * seed that cannot be asked may know of one.
 */
public sealed interface JoinDecision {
  /** This node's directory belongs to this cluster already. */
  record Resume(String clusterId) implements JoinDecision {}

  /**
   * Joins this cluster.
   *
   * @param via who answered, and may be asked further
   */
  record Join(String clusterId, Hello via) implements JoinDecision {}

  /** Begins a new cluster with this node alone. */
  record Found() implements JoinDecision {}

  /**
   * Asks again later.
   *
   * @param reason for people
   */
  record Wait(String reason) implements JoinDecision {}

  /**
   * Decides by what is known.
   *
   * @param ownCluster of this node's data directory; empty if it is empty
   * @param bootstrap whether this node is told to found
   * @param self where this node is found by others
   * @param seeds where others are, this node among them or not
   * @param answers by seed; a seed without one could not be asked
   * @throws StreamException CLUSTER_ID_MISMATCH if clusters differ, with both ids and advice
   */
  static JoinDecision decide(
      Optional<String> ownCluster,
      boolean bootstrap,
      HostPort self,
      Collection<HostPort> seeds,
      Map<HostPort, Hello> answers) {
    Set<String> clusters =
        answers.values().stream()
            .flatMap(answer -> answer.clusterId().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    ownCluster.ifPresent(clusters::add);
    if (clusters.size() > 1) {
      throw mismatch(ownCluster, clusters, answers);
    }
    if (ownCluster.isPresent()) {
      return new Resume(ownCluster.get());
    }
    Optional<Hello> member =
        answers.values().stream().filter(answer -> answer.clusterId().isPresent()).findFirst();
    if (member.isPresent()) {
      return new Join(clusters.iterator().next(), member.get());
    }
    return bootstrap ? new Found() : foundOrWait(self, seeds, answers);
  }

  private static JoinDecision foundOrWait(
      HostPort self, Collection<HostPort> seeds, Map<HostPort, Hello> answers) {
    List<HostPort> silent = new ArrayList<>();
    for (HostPort seed : seeds) {
      if (!seed.equals(self) && !answers.containsKey(seed)) {
        silent.add(seed);
      }
    }
    if (!silent.isEmpty()) {
      return new Wait(
          "no answer from "
              + texts(silent)
              + ", which may know of a cluster; start it, or take it out of "
              + ClusterSettings.CLUSTER_SEEDS
              + ", or found a new cluster here with --bootstrap");
    }
    HostPort lowest =
        seeds.stream()
            .min(Comparator.comparing(HostPort::host).thenComparingInt(HostPort::port))
            .orElse(self);
    if (lowest.equals(self)) {
      return new Found();
    }
    return new Wait(
        "no seed knows of a cluster, and "
            + lowest
            + " is the first of them and founds one; or found one here with --bootstrap");
  }

  private static String texts(List<HostPort> addresses) {
    return addresses.stream().map(HostPort::toString).collect(Collectors.joining(", "));
  }

  private static StreamException mismatch(
      Optional<String> own, Set<String> clusters, Map<HostPort, Hello> answers) {
    String found =
        answers.entrySet().stream()
            .filter(entry -> entry.getValue().clusterId().isPresent())
            .map(
                entry ->
                    entry.getKey() + " is of cluster " + entry.getValue().clusterId().orElseThrow())
            .sorted()
            .collect(Collectors.joining(", "));
    return new StreamException(
        ErrorCode.CLUSTER_ID_MISMATCH,
        own.map(id -> "this data directory is of cluster " + id + ", but ")
                .orElse("the seeds are of " + clusters.size() + " clusters: ")
            + found
            + "; name the seeds of the right cluster in "
            + ClusterSettings.CLUSTER_SEEDS
            + own.map(id -> ", or give this node an empty data directory to join it anew")
                .orElse(""));
  }
}
