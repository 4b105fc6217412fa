package io.millrace.cli;

import io.millrace.client.ClusterDetails;
import io.millrace.client.ClusterDetails.NodeDetails;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cluster}: one method for each of its commands. */
@Command(
    name = "cluster",
    description = "Look at the cluster and its nodes, empty a node, spread the load.",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false)
final class ClusterCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "cluster needs a command: status, nodes, drain or rebalance");
  }

  @Command(
      name = "status",
      description = "Say whether all is well: controller, voters, partitions that lack replicas.",
      sortOptions = false)
  int status(@Mixin ClientOptions client, @Mixin OutputOption output) throws InterruptedException {
    ClusterDetails cluster = describe(client);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(json(cluster).encode());
    } else {
      lines(cluster).forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(name = "nodes", description = "List the nodes.", sortOptions = false)
  int nodes(@Mixin ClientOptions client, @Mixin OutputOption output) throws InterruptedException {
    ClusterDetails cluster = describe(client);
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(json(cluster).getJsonArray("nodes").encode());
    } else {
      table(cluster).lines().forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "drain",
      description = {
        "Have a node's replicas move to the others, so that it can be taken away.",
        "'cluster nodes' shows how many are left."
      },
      sortOptions = false)
  int drain(
      @Mixin ClientOptions client,
      @Parameters(paramLabel = "NODE", description = "Its number.") int node,
      @Option(names = "--cancel", description = "Let it have replicas again.") boolean cancel)
      throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      if (cancel) {
        AdminSession.await(session.admin().cancelDrain(node));
        print("node " + node + " may have replicas again");
      } else {
        int replicas = AdminSession.await(session.admin().drainNode(node));
        print("node " + node + " is being drained, replicas that it has: " + replicas);
      }
    }
    return ExitCode.OK;
  }

  @Command(
      name = "rebalance",
      description = "Spread replicas and leaders evenly over the nodes.",
      sortOptions = false)
  int rebalance(@Mixin ClientOptions client) throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      print("partitions that move: " + AdminSession.await(session.admin().rebalanceCluster()));
    }
    return ExitCode.OK;
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private static ClusterDetails describe(ClientOptions client) throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      return AdminSession.await(session.admin().describeCluster());
    }
  }

  /** The cluster in a few sentences. */
  static List<String> lines(ClusterDetails cluster) {
    List<Integer> fenced =
        cluster.nodes().stream().filter(NodeDetails::fenced).map(NodeDetails::nodeId).toList();
    List<String> lines = new ArrayList<>();
    lines.add("cluster " + cluster.clusterId() + ", metadata version " + cluster.metadataVersion());
    lines.add(
        "nodes: "
            + cluster.nodes().size()
            + (fenced.isEmpty() ? ", all alive" : ", not heard of: " + fenced));
    lines.add(
        "controller: "
            + (cluster.controller() < 0 ? "none" : "node " + cluster.controller())
            + (cluster.voters().isEmpty() ? "" : ", voters " + cluster.voters())
            + (cluster.learners().isEmpty() ? "" : ", learners " + cluster.learners()));
    lines.add(
        "topics: "
            + cluster.topics()
            + ", partitions: "
            + cluster.partitions()
            + ", without a leader: "
            + cluster.offlinePartitions()
            + ", under-replicated: "
            + cluster.underReplicatedPartitions());
    return lines;
  }

  private static Table table(ClusterDetails cluster) {
    Table table =
        new Table("NODE", "STATE", "ROLE", "RACK", "LEADS", "REPLICAS", "OUT OF SYNC", "ADDRESSES");
    for (NodeDetails node : cluster.nodes()) {
      table.row(
          node.nodeId(),
          state(node),
          role(cluster, node.nodeId()),
          node.rack().isEmpty() ? "-" : node.rack(),
          node.leads(),
          node.replicas(),
          node.outOfSync(),
          node.endpoints().isEmpty() ? "-" : new TreeMap<>(node.endpoints()));
    }
    return table;
  }

  static String state(NodeDetails node) {
    if (node.fenced()) {
      return "fenced";
    }
    return node.draining() ? "draining" : "alive";
  }

  static String role(ClusterDetails cluster, int node) {
    if (cluster.controller() == node) {
      return "controller";
    } else if (cluster.voters().contains(node)) {
      return "voter";
    }
    return cluster.learners().contains(node) ? "learner" : "observer";
  }

  private static JsonObject json(ClusterDetails cluster) {
    JsonArray nodes = new JsonArray();
    for (NodeDetails node : cluster.nodes()) {
      nodes.add(
          new JsonObject()
              .put("nodeId", node.nodeId())
              .put("state", state(node))
              .put("role", role(cluster, node.nodeId()))
              .put("rack", node.rack())
              .put("endpoints", new JsonObject(new TreeMap<>(node.endpoints())))
              .put("leads", node.leads())
              .put("replicas", node.replicas())
              .put("outOfSync", node.outOfSync()));
    }
    return new JsonObject()
        .put("clusterId", cluster.clusterId())
        .put("controller", cluster.controller())
        .put("metadataVersion", cluster.metadataVersion())
        .put("voters", new JsonArray(cluster.voters()))
        .put("learners", new JsonArray(cluster.learners()))
        .put("topics", cluster.topics())
        .put("partitions", cluster.partitions())
        .put("offlinePartitions", cluster.offlinePartitions())
        .put("underReplicatedPartitions", cluster.underReplicatedPartitions())
        .put("nodes", nodes);
  }
}
