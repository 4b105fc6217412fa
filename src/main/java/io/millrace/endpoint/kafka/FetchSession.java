package io.millrace.endpoint.kafka;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;

/**
 * A fetch session (KIP-227): the partitions that a client has named, so that it need not name them
 * again. Each request carries the epoch after the one before. A partition that had records goes to
 * the end of the order, so that one with many does not keep the others from being read.
 *
 * <p>Threading: its connection's event loop.
 */
final class FetchSession {
  private final int id;
  private final Object owner;
  private final boolean byId;
  private final Map<FetchedPartition.Key, FetchedPartition> partitions = new LinkedHashMap<>();
  private int nextEpoch = 1;
  private long usedNanos;

  FetchSession(int id, Object owner, boolean byId, long nowNanos) {
    this.id = id;
    this.owner = owner;
    this.byId = byId;
    this.usedNanos = nowNanos;
  }

  int id() {
    return id;
  }

  /** The connection that began it. */
  Object owner() {
    return owner;
  }

  /** Whether its topics are named by id, which must not change. */
  boolean isById() {
    return byId;
  }

  int nextEpoch() {
    return nextEpoch;
  }

  long usedNanos() {
    return usedNanos;
  }

  int size() {
    return partitions.size();
  }

  List<FetchedPartition> partitions() {
    return List.copyOf(partitions.values());
  }

  void advance(long nowNanos) {
    nextEpoch = epochAfter(nextEpoch);
    usedNanos = nowNanos;
  }

  /** After the largest number comes 1, as 0 begins a session. */
  static int epochAfter(int epoch) {
    return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
  }

  /** Adds, changes and drops what the request says. */
  void update(FetchRequestData request) {
    for (FetchTopic topic : request.topics()) {
      for (FetchPartition asked : topic.partitions()) {
        FetchedPartition.Key key = FetchedPartition.Key.of(topic, asked.partition(), byId);
        FetchedPartition known = partitions.get(key);
        if (known == null) {
          partitions.put(key, new FetchedPartition(key, byId, asked));
        } else {
          known.ask(asked);
        }
      }
    }
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      FetchTopic named = new FetchTopic().setTopicId(topic.topicId()).setTopic(topic.topic());
      topic
          .partitions()
          .forEach(number -> partitions.remove(FetchedPartition.Key.of(named, number, byId)));
    }
  }

  /** It had records: next time it is read after the others. */
  void toEnd(FetchedPartition partition) {
    if (partitions.remove(partition.key(), partition)) {
      partitions.put(partition.key(), partition);
    }
  }
}
