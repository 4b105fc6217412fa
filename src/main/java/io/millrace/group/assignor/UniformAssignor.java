package io.millrace.group.assignor;

import io.millrace.group.AssignedPartitions;
import io.millrace.group.AssignmentSpec;
import io.millrace.group.PartitionAssignor;
import java.util.Map;

/**
 * Gives every member about as many partitions as any other, and moves as few as that needs.
 *
 * <p>Who is subscribed to the same topics as all others has at most one partition more than any of
 * them. With different subscriptions, no partition could move from one member to another, directly
 * or by a chain of exchanges, so that two members' numbers come closer.
 */
public final class UniformAssignor implements PartitionAssignor {
  public static final String NAME = "uniform";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, AssignedPartitions> assign(AssignmentSpec spec) {
    Ownership ownership = new Ownership(spec);
    ownership.keepCurrent();
    ownership.giveUnownedToLeastLoaded();
    new Balancing(ownership).balance();
    return ownership.result();
  }
}
