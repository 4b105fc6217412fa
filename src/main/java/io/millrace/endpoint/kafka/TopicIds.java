package io.millrace.endpoint.kafka;

import io.millrace.model.TopicId;
import org.apache.kafka.common.Uuid;

/** Topic ids as Kafka writes them, and back. */
final class TopicIds {
  private TopicIds() {}

  static Uuid uuid(TopicId id) {
    return new Uuid(id.mostSignificantBits(), id.leastSignificantBits());
  }

  static TopicId of(Uuid id) {
    return new TopicId(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }
}
