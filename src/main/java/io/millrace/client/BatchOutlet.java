package io.millrace.client;

import org.jspecify.annotations.Nullable;

/**
 * Where the batches of a {@link PartitionSender} go.
 *
 * <p>Threading: called on the loop.
 */
interface BatchOutlet {
  /** Whether there is a connection that takes data. */
  boolean canSend();

  /** The largest batch that the broker accepts. */
  int maxBatchBytes();

  /** Whether batches are to leave before they have lingered. */
  boolean isHurried();

  /**
   * Sends a batch; unless acks are 0, {@link PartitionSender#onWritten} or {@link
   * PartitionSender#onFailure} follows.
   *
   * @return the request's id
   */
  long send(PartitionSender from, ProduceBatch batch);

  /** The answer to a request is of no interest any more. */
  void forget(long requestId);

  /** The identity to number batches under; null if there is none yet, then a pump follows. */
  @Nullable ProducerIdentity identity();

  /** Never gives this identity out again. */
  void retire(ProducerIdentity broken);

  /** Calls {@link PartitionSender#pump} at that time, or soon if it has passed. */
  void pumpAt(PartitionSender sender, long nanos);

  /** Something about the topic is not as it was thought to be. */
  void onTopicInDoubt(String topic);
}
