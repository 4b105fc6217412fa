package io.millrace.model.config;

import java.util.List;

/** Settings of how the nodes of a cluster find each other and talk. */
public final class ClusterSettings {
  public static final Setting<List<String>> CLUSTER_SEEDS =
      Setting.list(
          "cluster.seeds",
          List.of(),
          "host:port of the discovery ports of some or all nodes, this one among them or not;"
              + " empty for a node that is alone.");
  public static final Setting<Boolean> CLUSTER_BOOTSTRAP =
      Setting.bool(
          "cluster.bootstrap",
          false,
          "Whether this node, its data directory being empty, founds a new cluster without asking"
              + " the seeds.");
  public static final Setting<String> CLUSTER_HOST =
      Setting.text(
          "cluster.host",
          "127.0.0.1",
          "Address that the other nodes reach this one at; both cluster ports listen on it alone.");
  public static final Setting<Integer> CLUSTER_PORT =
      Setting.integer(
          "cluster.port", 7_800, 0, 65_535, "Port for discovery by other nodes; 0 for a free one.");
  public static final Setting<Integer> CLUSTER_BUS_PORT =
      Setting.integer(
          "cluster.bus.port",
          7_801,
          0,
          65_535,
          "Port for messages from other nodes; 0 for a free one.");
  public static final Setting<Boolean> CLUSTER_PRIVATE_NETWORK =
      Setting.bool(
          "cluster.private.network",
          false,
          "Whether only this cluster's nodes can reach cluster.host: discovery has neither TLS nor"
              + " passwords, and beyond loopback needs that.");
  public static final Setting<String> CLUSTER_TLS_CERTIFICATE =
      Setting.text(
          "cluster.tls.certificate",
          "",
          "PEM file with this node's certificate, its common name being node.id; with key and ca it"
              + " makes the nodes' messages use mutual TLS.");
  public static final Setting<String> CLUSTER_TLS_KEY =
      Setting.text("cluster.tls.key", "", "PEM file with the key of cluster.tls.certificate.");
  public static final Setting<String> CLUSTER_TLS_CA =
      Setting.text(
          "cluster.tls.ca",
          "",
          "PEM file with the authority that signs the certificates of this cluster's nodes, and"
              + " nobody else's.");
  public static final Setting<Long> BUS_PEER_INFLIGHT_BYTES =
      Setting.longInteger(
          "bus.peer.inflight.bytes",
          1_048_576,
          65_536,
          Long.MAX_VALUE,
          "Bytes on their way to one other node and not yet written to its connection; more are"
              + " refused and sent again later.");
  public static final Setting<Integer> CLUSTER_FRAME_MAX_BYTES =
      Setting.integer(
          "cluster.frame.max.bytes",
          134_217_728,
          1_048_576,
          Integer.MAX_VALUE,
          "Longest message from another node; a longer one closes its connection unread.");

  static final List<Setting<?>> ALL =
      List.of(
          CLUSTER_SEEDS,
          CLUSTER_BOOTSTRAP,
          CLUSTER_HOST,
          CLUSTER_PORT,
          CLUSTER_BUS_PORT,
          CLUSTER_PRIVATE_NETWORK,
          CLUSTER_TLS_CERTIFICATE,
          CLUSTER_TLS_KEY,
          CLUSTER_TLS_CA,
          BUS_PEER_INFLIGHT_BYTES,
          CLUSTER_FRAME_MAX_BYTES);

  private ClusterSettings() {}
}
