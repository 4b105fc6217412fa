package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import java.util.ArrayList;
import java.util.List;

/** The shards of this node, which are asked for every partition. */
final class LocalShards implements ShardPorts {
  private final List<ShardPort> ports;

  /**
   * @param admissions one per shard
   */
  LocalShards(TypedBus bus, List<Admission> admissions) {
    List<ShardPort> all = new ArrayList<>(admissions.size());
    for (int shard = 0; shard < admissions.size(); shard++) {
      all.add(
          new ShardPort(
              false,
              bus.sender(Addresses.shard(shard)),
              admissions.get(shard),
              ErrorCode.NOT_LEADER_OR_FOLLOWER));
    }
    this.ports = List.copyOf(all);
  }

  int count() {
    return ports.size();
  }

  @Override
  public int portOf(PartitionId partition) {
    return ports.size() == 1 ? 0 : partition.shard(ports.size());
  }

  @Override
  public ShardPort port(int number) {
    return ports.get(number);
  }

  @Override
  public long version() {
    return 0;
  }
}
