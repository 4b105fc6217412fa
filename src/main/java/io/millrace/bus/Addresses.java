package io.millrace.bus;

import io.millrace.model.NodeId;

/**
 * All the addresses of the event bus. Each has exactly one consumer, which {@link TypedBus#consume}
 * holds to: a second one is refused. Answers go to the sender's reply address, so there are no
 * pairs to get wrong.
 */
public final class Addresses {
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

  /** Everything that is sent back to one event loop; consumed by its {@link LoopBus}. */
  public static Address<LoopMail> loop(int loop) {
    return new Address<>("loop." + loop + ".mail", Scope.LOCAL, LoopMail.class);
  }

  /**
   * Questions to a node's controller, answered while it is that; consumed by its MetadataVerticle.
   */
  public static Address<ControllerRequest> controller(NodeId node) {
    return new Address<>("node." + node + ".controller", Scope.CLUSTER, ControllerRequest.class);
  }
}
