package io.millrace.verticle;

import io.millrace.model.Metrics;
import io.millrace.model.TopicName;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The meters of this node's topics, each for as long as a partition of it is here. How many topics
 * have meters of their own is bounded by the metrics port.
 *
 * <p>Threading: any thread; a partition looks its topic up once and keeps its meters.
 */
public final class TopicMeters {
  private static final String TOPIC = "topic";

  private final Metrics metrics;
  private final Map<TopicName, Meters> byTopic = new HashMap<>();

  public TopicMeters(Metrics metrics) {
    this.metrics = metrics;
  }

  /** The meters of a topic; {@link Meters#release()} gives them back. */
  synchronized Meters acquire(TopicName topic) {
    Meters meters = byTopic.computeIfAbsent(topic, name -> new Meters(this, name));
    meters.users++;
    return meters;
  }

  private synchronized void release(Meters meters) {
    meters.users--;
    if (meters.users == 0) {
      byTopic.remove(meters.topic);
      meters.size.close();
      metrics.forgetTopic(meters.topic.value());
    }
  }

  /** What one topic does. */
  static final class Meters {
    private final TopicMeters owner;
    private final TopicName topic;
    private final Metrics.Counter bytesIn;
    private final Metrics.Counter messagesIn;
    private final Metrics.Counter bytesOut;
    private final Metrics.Counter messagesOut;
    private final Metrics.Registration size;
    private final AtomicLong sizeBytes = new AtomicLong();
    private int users; // Guarded by the owner.

    private Meters(TopicMeters owner, TopicName topic) {
      this.owner = owner;
      this.topic = topic;
      Metrics metrics = owner.metrics;
      String name = topic.value();
      bytesIn = counter(metrics, "millrace.topic.bytes.in", "Bytes appended.", name);
      messagesIn = counter(metrics, "millrace.topic.messages.in", "Records appended.", name);
      bytesOut = counter(metrics, "millrace.topic.bytes.out", "Bytes read by consumers.", name);
      messagesOut =
          counter(metrics, "millrace.topic.messages.out", "Records read by consumers.", name);
      size =
          metrics.gauge(
              "millrace.topic.log.size.bytes",
              "Bytes of the topic's logs on this node.",
              sizeBytes::get,
              TOPIC,
              name);
    }

    /** A partition is gone; with the topic's last one its meters are. */
    void release() {
      owner.release(this);
    }

    private static Metrics.Counter counter(
        Metrics metrics, String name, String description, String topic) {
      return metrics.counter(name, description, TOPIC, topic);
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
