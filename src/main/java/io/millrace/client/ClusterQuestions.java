package io.millrace.client;

import io.millrace.client.ClusterDetails.NodeDetails;
import io.millrace.protocol.stream.message.ClusterDescribed;
import io.millrace.protocol.stream.message.ClusterRebalanced;
import io.millrace.protocol.stream.message.DescribeCluster;
import io.millrace.protocol.stream.message.DrainNode;
import io.millrace.protocol.stream.message.NodeChanged;
import io.millrace.protocol.stream.message.NodeDescription;
import io.millrace.protocol.stream.message.RebalanceCluster;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * What {@link Admin} asks about the cluster, as messages.
 *
 * <p>Threading: any.
 */
final class ClusterQuestions {
  private final Questions questions;

  ClusterQuestions(Questions questions) {
    this.questions = questions;
  }

  Future<ClusterDetails> describe() {
    return questions.ask(
        DescribeCluster::new,
        true,
        answer -> answer instanceof ClusterDescribed described ? details(described) : null);
  }

  /** Asked twice it does what it does once. */
  Future<Integer> drain(int nodeId, boolean draining) {
    return questions.ask(
        id -> new DrainNode(id, nodeId, draining),
        true,
        answer -> answer instanceof NodeChanged changed ? changed.getReplicas() : null);
  }

  Future<Integer> rebalance() {
    return questions.ask(
        RebalanceCluster::new,
        true,
        answer -> answer instanceof ClusterRebalanced balanced ? balanced.getMoves() : null);
  }

  private static ClusterDetails details(ClusterDescribed cluster) {
    return new ClusterDetails(
        cluster.getClusterId(),
        cluster.getController(),
        cluster.getMetadataVersion(),
        List.copyOf(cluster.getVoters()),
        List.copyOf(cluster.getLearners()),
        cluster.getTopics(),
        cluster.getPartitions(),
        cluster.getOfflinePartitions(),
        cluster.getUnderReplicatedPartitions(),
        cluster.getNodes().stream().map(ClusterQuestions::node).toList());
  }

  private static NodeDetails node(NodeDescription node) {
    return new NodeDetails(
        node.getNodeId(),
        node.getFenced(),
        node.getDraining(),
        node.getRack(),
        Map.copyOf(node.getEndpoints()),
        node.getLeads(),
        node.getReplicas(),
        node.getOutOfSync());
  }
}
