package io.millrace.bus;

import io.millrace.model.PartitionId;

/** Which way requests for a partition go. */
interface ShardPorts {
  /** A number for the port of this partition; partitions with the same number share a message. */
  int portOf(PartitionId partition);

  ShardPort port(int number);

  /** Another number whenever partitions may have moved to another port. */
  long version();
}
