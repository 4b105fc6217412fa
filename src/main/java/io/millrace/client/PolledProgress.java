package io.millrace.client;

import io.millrace.model.TopicPartition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a thread that polls has processed: everything that it had been given when it polled again.
 *
 * <p>Threading: any.
 */
final class PolledProgress implements GroupMembership.Processed {
  private final Map<TopicPartition, Long> processed = new ConcurrentHashMap<>();
  private volatile boolean polling;
  private volatile boolean polled = true;

  /** These partitions begin here. */
  void begin(Map<TopicPartition, Long> positions) {
    processed.putAll(positions);
  }

  void clear() {
    processed.clear();
  }

  /** What is before these positions is processed. */
  void reached(Map<TopicPartition, Long> positions) {
    processed.putAll(positions);
    polled = true;
  }

  /** The thread waits for more. */
  void onPoll(Map<TopicPartition, Long> positions) {
    polling = true;
    reached(positions);
  }

  void onPolled() {
    polling = false;
    polled = true;
  }

  @Override
  public long position(TopicPartition partition, long delivered) {
    return Math.min(delivered, processed.getOrDefault(partition, -1L));
  }

  @Override
  public boolean isAlive() {
    boolean alive = polling || polled;
    polled = false;
    return alive;
  }
}
