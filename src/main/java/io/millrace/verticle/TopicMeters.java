package io.millrace.verticle;

import io.millrace.model.Metrics;
import io.millrace.model.TopicName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The meters of this node's topics. So many topics have meters of their own ({@code
 * metrics.max.topics}); those that come later share one set, named {@code (others)}.
 *
 * <p>Threading: any thread; a shard looks a topic up once and keeps its meters.
 */
public final class TopicMeters {
  private static final String OTHERS = "(others)";

  private final Metrics metrics;
  private final int maxTopics;
  private final Map<String, Meters> byTopic = new ConcurrentHashMap<>();

  public TopicMeters(Metrics metrics, int maxTopics) {
    this.metrics = metrics;
    this.maxTopics = maxTopics;
  }

  /** The meters of a topic; of the others if there are too many. */
  Meters of(TopicName topic) {
    Meters known = byTopic.get(topic.value());
    if (known != null) {
      return known;
    }
    synchronized (byTopic) {
      String label = byTopic.size() < maxTopics ? topic.value() : OTHERS;
      return byTopic.computeIfAbsent(label, name -> new Meters(metrics, name));
    }
  }

  /** What one topic does. */
  static final class Meters {
    private final Metrics.Counter bytesIn;
    private final Metrics.Counter messagesIn;
    private final Metrics.Counter bytesOut;
    private final Metrics.Counter messagesOut;
    private final AtomicLong sizeBytes = new AtomicLong();

    Meters(Metrics metrics, String topic) {
      bytesIn = counter(metrics, "millrace.topic.bytes.in", "Bytes appended.", topic);
      messagesIn = counter(metrics, "millrace.topic.messages.in", "Records appended.", topic);
      bytesOut = counter(metrics, "millrace.topic.bytes.out", "Bytes read by consumers.", topic);
      messagesOut =
          counter(metrics, "millrace.topic.messages.out", "Records read by consumers.", topic);
      // The topic's log stays registered for the life of the node, as its counters do.
      metrics.gauge(
          "millrace.topic.log.size.bytes",
          "Bytes of the topic's logs on this node.",
          sizeBytes::get,
          "topic",
          topic);
    }

    private static Metrics.Counter counter(
        Metrics metrics, String name, String description, String topic) {
      return metrics.counter(name, description, "topic", topic);
    }

    void appended(long bytes, long records) {
      bytesIn.add(bytes);
      messagesIn.add(records);
    }

    void read(long bytes, long records) {
      bytesOut.add(bytes);
      messagesOut.add(records);
    }

    void resized(long deltaBytes) {
      sizeBytes.addAndGet(deltaBytes);
    }
  }
}
