package io.millrace.verticle;

import io.millrace.model.TimeSource;
import io.millrace.partition.PartitionReplication;
import io.millrace.replication.IsrProposal;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks every few milliseconds whether a partition that this shard leads should ask for other
 * in-sync replicas, and asks again from time to time while the answer is open.
 *
 * <p>Threading: the shard's thread.
 */
final class InSyncUpkeep {
  private static final long LOOK_NANOS = 100_000_000;
  private static final long ASK_AGAIN_NANOS = 500_000_000;

  private final ShardPartitions partitions;
  private final ReplicationParts.Controller controller;
  private final Consumer<Runnable> handBack;
  private final TimeSource time;
  private final long lagNanos;
  private long lastLookNanos;
  private long lastAskedAgainNanos;

  /**
   * @param handBack brings something to the shard's thread, from any
   * @param lagMs replica.lag.time.max.ms
   */
  InSyncUpkeep(
      ShardPartitions partitions,
      ReplicationParts.Controller controller,
      Consumer<Runnable> handBack,
      TimeSource time,
      int lagMs) {
    this.partitions = partitions;
    this.controller = controller;
    this.handBack = handBack;
    this.time = time;
    this.lagNanos = lagMs * 1_000_000L;
    this.lastLookNanos = time.monotonicNanos();
    this.lastAskedAgainNanos = lastLookNanos;
  }

  void onTick() {
    long now = time.monotonicNanos();
    if (now - lastLookNanos < LOOK_NANOS) {
      return;
    }
    lastLookNanos = now;
    boolean askAgain = now - lastAskedAgainNanos >= ASK_AGAIN_NANOS;
    if (askAgain) {
      lastAskedAgainNanos = now;
    }
    for (HostedPartition hosted : partitions.all()) {
      look(hosted.partition().replication(), askAgain);
    }
    if (askAgain) {
      // One that is refused is asked for again: nothing else can be done here.
      partitions.resignations().forEach(proposal -> controller.propose(proposal, refused -> {}));
    }
  }

  private void look(PartitionReplication replication, boolean askAgain) {
    Optional<IsrProposal> pending = askAgain ? replication.pendingProposal() : Optional.empty();
    pending
        .or(() -> replication.proposeInSync(lagNanos))
        .ifPresent(
            proposal ->
                controller.propose(
                    proposal,
                    refused -> handBack.accept(() -> replication.onProposalRefused(refused))));
  }
}
