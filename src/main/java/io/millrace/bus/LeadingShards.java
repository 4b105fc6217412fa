package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The shards of whichever node leads a partition, by the newest image. One port serves all shards
 * of another node, which splits what comes.
 *
 * <p>Threading: one event loop.
 */
final class LeadingShards implements ShardPorts {
  private static final int NOBODY = -1;

  private final TypedBus bus;
  private final LocalShards local;
  private final NodeId self;
  private final Supplier<ClusterImage> image;
  private final boolean localOnly;
  private final Map<Integer, ShardPort> nodes = new HashMap<>();

  /**
   * @param localOnly whether what another node leads is refused
   */
  LeadingShards(
      TypedBus bus,
      LocalShards local,
      NodeId self,
      Supplier<ClusterImage> image,
      boolean localOnly) {
    this.bus = bus;
    this.local = local;
    this.self = self;
    this.image = image;
    this.localOnly = localOnly;
  }

  @Override
  public int portOf(PartitionId partition) {
    PartitionImage known = image.get().partition(partition).orElse(null);
    if (known == null) {
      return local.portOf(partition); // Which says that it is unknown.
    }
    NodeId leader = known.leader().orElse(null);
    if (self.equals(leader)) {
      return local.portOf(partition);
    }
    return leader == null || localOnly ? NOBODY : local.count() + leader.value();
  }

  /** A shard of this node knows itself what it has a replica of. */
  @Override
  public int portOfReplica(PartitionId partition) {
    return localOnly ? local.portOf(partition) : portOf(partition);
  }

  @Override
  public ShardPort port(int number) {
    if (number == NOBODY) {
      return closed(localOnly ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.LEADER_NOT_AVAILABLE);
    }
    return number < local.count()
        ? local.port(number)
        : nodes.computeIfAbsent(number - local.count(), this::toNode);
  }

  private static ShardPort closed(ErrorCode answer) {
    return new ShardPort(
        true,
        (message, whenLost) -> false,
        new Admission(Integer.MAX_VALUE, Long.MAX_VALUE),
        answer);
  }

  /** What is under way to the node is bounded by its own shards, and on the way by the sender. */
  private ShardPort toNode(int node) {
    return new ShardPort(
        true,
        bus.sender(Addresses.shards(new NodeId(node))),
        new Admission(Integer.MAX_VALUE, Long.MAX_VALUE),
        ErrorCode.LEADER_NOT_AVAILABLE);
  }

  @Override
  public long version() {
    return image.get().version();
  }
}
