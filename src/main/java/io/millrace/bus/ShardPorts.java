package io.millrace.bus;

import io.millrace.model.PartitionId;

/** Which way requests for a partition go. */
interface ShardPorts {
  /** A number for the port of this partition; partitions with the same number share a message. */
  int portOf(PartitionId partition);

  /** The same, for what any replica of the partition on this node may answer. */
  default int portOfReplica(PartitionId partition) {
    return portOf(partition);
  }

  ShardPort port(int number);

  /** Another number whenever partitions may have moved to another port. */
  long version();
}
