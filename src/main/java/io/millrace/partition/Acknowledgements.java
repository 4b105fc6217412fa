package io.millrace.partition;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.Lease;

/**
 * Who waits to hear that a batch is where its acks want it. What rests on this node's leadership
 * alone, which is all but acks=all, is answered only while the node has its lease: a node that was
 * asleep acknowledges nothing that its successor does not have.
 *
 * <p>Threading: the partition's owner thread.
 */
final class Acknowledgements {
  private static final String REPLACED =
      "this broker may have been replaced as the partition's leader before it answered";

  private final Lease lease;
  private final AckQueue waitingForCommit = new AckQueue();
  private final AckQueue waitingForDisk = new AckQueue();

  Acknowledgements(Lease lease) {
    this.lease = lease;
  }

  int size() {
    return waitingForCommit.size() + waitingForDisk.size();
  }

  /** Tells the listener when the acks are satisfied, perhaps at once. */
  void add(
      Acks acks,
      boolean durableCounts,
      long lastOffset,
      Produced produced,
      Produced.Listener listener) {
    if (acks == Acks.ALL) {
      waitingForCommit.add(lastOffset, produced, listener);
    } else if (acks == Acks.LEADER && durableCounts) {
      waitingForDisk.add(lastOffset, produced, listener);
    } else if (lease.isValid()) {
      listener.onProduced(produced);
    } else {
      listener.onProduced(Produced.failed(ErrorCode.UNKNOWN_OUTCOME, REPLACED));
    }
  }

  /** Everything below is committed. */
  void committed(long highWatermark) {
    waitingForCommit.passed(highWatermark);
  }

  /** Everything below is on the leader's stable storage. */
  void durable(long durableEndOffset) {
    if (waitingForDisk.size() == 0) {
      return;
    }
    if (lease.isValid()) {
      waitingForDisk.passed(durableEndOffset);
    } else {
      waitingForDisk.failAll(Produced.failed(ErrorCode.UNKNOWN_OUTCOME, REPLACED));
    }
  }

  /** Nobody can say any more what becomes of what waits. */
  void failAll(String reason) {
    Produced unknown = Produced.failed(ErrorCode.UNKNOWN_OUTCOME, reason);
    waitingForCommit.failAll(unknown);
    waitingForDisk.failAll(unknown);
  }
}
