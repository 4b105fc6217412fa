package io.millrace.bus;

import io.millrace.model.NodeId;

/**
 * All the addresses of the event bus. Each has exactly one consumer, which {@link TypedBus#consume}
 * holds to: a second one is refused. Answers go to the sender's reply address, so there are no
 * pairs to get wrong.
 *
 * <p>An address of scope CLUSTER is {@code node.<key>.<service>}. The key is the node's id, or
 * {@code d-<directory id>} while it has none.
 */
public final class Addresses {
  private static final String NODE_PREFIX = "node.";

  private Addresses() {}

  /** Requests for the partitions of one shard; consumed by its LogVerticle. */
  public static Address<ShardRequest> shard(int shard) {
    return new Address<>("shard." + shard + ".requests", Scope.LOCAL, ShardRequest.class);
  }

  /** New images for one shard, answered once it has followed; consumed by its LogVerticle. */
  public static Address<ImageUpdate> shardImages(int shard) {
    return new Address<>("shard." + shard + ".images", Scope.LOCAL, ImageUpdate.class);
  }

  /** Changes of metadata; consumed by the node's MetadataVerticle. */
  public static Address<MetadataRequest> metadata() {
    return new Address<>("metadata.requests", Scope.LOCAL, MetadataRequest.class);
  }

  /** Questions to the group coordinators of a node; consumed by its GroupVerticle. */
  public static Address<CoordinatorRequest> coordinators() {
    return new Address<>("coordinators.requests", Scope.LOCAL, CoordinatorRequest.class);
  }

  /** Fetches of followers from the partitions of one shard; consumed by its LogVerticle. */
  public static Address<ReplicaFetchRequest> shardReplicas(int shard) {
    return new Address<>("shard." + shard + ".replicas", Scope.LOCAL, ReplicaFetchRequest.class);
  }

  /**
   * Fetches of followers from the partitions that a node leads; consumed by its
   * ReplicationVerticle.
   */
  public static Address<ReplicaFetchRequest> replicas(NodeId node) {
    return node(keyOf(node), "replicas", ReplicaFetchRequest.class);
  }

  /** Everything that is sent back to one event loop; consumed by its {@link LoopBus}. */
  public static Address<LoopMail> loop(int loop) {
    return new Address<>("loop." + loop + ".mail", Scope.LOCAL, LoopMail.class);
  }

  /** What other nodes send back to one event loop; consumed by its {@link LoopBus}. */
  public static Address<LoopMail> nodeLoop(String key, int loop) {
    return node(key, "loop." + loop + ".mail", LoopMail.class);
  }

  /** Requests for the partitions of a node, of any shards; consumed by its NodeGateway. */
  public static Address<ShardRequest> shards(NodeId node) {
    return node(keyOf(node), "shards", ShardRequest.class);
  }

  /** Questions to the group coordinators of another node; consumed by its GroupVerticle. */
  public static Address<CoordinatorRequest> nodeCoordinators(NodeId node) {
    return node(keyOf(node), "coordinators", CoordinatorRequest.class);
  }

  /** Questions who a node is; consumed by its HelloVerticle. */
  public static Address<HelloRequest> hello(String key) {
    return node(key, "hello", HelloRequest.class);
  }

  /** What members of the metadata log on a node are told; consumed by its MetadataLinks. */
  public static Address<RaftMail> raft(NodeId node) {
    return node(keyOf(node), "raft", RaftMail.class);
  }

  /** Questions of nodes that follow the metadata log; consumed by a node's MetadataLinks. */
  public static Address<MetadataFetchRequest> metadataFetch(NodeId node) {
    return node(keyOf(node), "metadata.fetch", MetadataFetchRequest.class);
  }

  /** The key of a node that has an id. */
  public static String keyOf(NodeId node) {
    return node.toString();
  }

  /** The key of a node that has none yet. */
  public static String keyOfDirectory(String directoryId) {
    return "d-" + directoryId;
  }

  /** A service of a node, for messages between nodes. */
  private static <M> Address<M> node(String key, String service, Class<M> type) {
    return new Address<>(NODE_PREFIX + key + "." + service, Scope.CLUSTER, type);
  }

  /** The key of the node that an address of scope CLUSTER is of; empty if it is none. */
  static String nodeKey(String address) {
    int end = address.indexOf('.', NODE_PREFIX.length());
    return address.startsWith(NODE_PREFIX) && end > 0
        ? address.substring(NODE_PREFIX.length(), end)
        : "";
  }

  /**
   * Questions to a node's controller, answered while it is that; consumed by its MetadataVerticle.
   */
  public static Address<ControllerRequest> controller(NodeId node) {
    return node(keyOf(node), "controller", ControllerRequest.class);
  }
}
