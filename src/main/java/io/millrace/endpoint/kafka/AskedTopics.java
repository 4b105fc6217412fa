package io.millrace.endpoint.kafka;

import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Looks up what requests name, by name or, in newer versions, by id. */
final class AskedTopics {
  private AskedTopics() {}

  /** The topic of this name; null if there is none. */
  static @Nullable TopicImage byName(ClusterImage image, String name) {
    try {
      return image.topic(new TopicName(name)).orElse(null);
    } catch (StreamException e) {
      // No topic can have such a name.
      return null;
    }
  }

  /** The topic of this id; null if there is none. */
  static @Nullable TopicImage byId(ClusterImage image, Uuid id) {
    return image.topic(TopicIds.of(id)).orElse(null);
  }

  /** The error for a topic that is not there. */
  static Errors unknown(boolean askedById) {
    return askedById ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
  }
}
