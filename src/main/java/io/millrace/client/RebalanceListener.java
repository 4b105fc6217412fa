package io.millrace.client;

import io.millrace.model.TopicPartition;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;

/**
 * Told which partitions a consumer with a group reads. Of a partition that is not assigned, or is
 * revoked or lost, no record is delivered.
 *
 * <p>Threading: on the consumer's event loop, where it must not block; of a {@link
 * BlockingConsumer} on the thread that polls.
 */
public interface RebalanceListener {
  /**
   * These partitions are read from now on, beside those before.
   *
   * @param positions where each begins: what the group has committed, or what the subscription says
   */
  default void onAssigned(Map<TopicPartition, Long> positions) {}

  /**
   * Other members wait for these partitions; they can still be committed.
   *
   * @return completes when the application works on nothing of them any more: then the consumer
   *     commits, with {@code enable.auto.commit}, and lets go of them, which must happen within a
   *     minute, else the consumer is put out of the group
   */
  default Future<Void> onRevoked(Set<TopicPartition> partitions) {
    return Future.succeededFuture();
  }

  /**
   * These partitions are gone without notice, as with a connection; what was not committed of them
   * is delivered again, here or to another member.
   */
  default void onLost(Set<TopicPartition> partitions) {}
}
