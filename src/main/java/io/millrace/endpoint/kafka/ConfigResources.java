package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigResource;

/** The things that have settings, as requests name them. */
final class ConfigResources {
  private final KafkaLoop loop;

  ConfigResources(KafkaLoop loop) {
    this.loop = loop;
  }

  /**
   * @throws StreamException INVALID_TOPIC or UNKNOWN_TOPIC_OR_PARTITION
   */
  TopicImage topic(String name) {
    return loop.image()
        .topic(new TopicName(name))
        .orElseThrow(() -> new StreamException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
  }

  /**
   * @throws StreamException INVALID_REQUEST if the name is not this node's number
   */
  void checkBroker(String name) {
    if (!name.equals(Integer.toString(loop.nodeId()))) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "broker '" + name + "', expected '" + loop.nodeId() + "', the one that was asked");
    }
  }

  /** Changes a resource's settings, or with {@code validateOnly} only checks the changes. */
  Future<?> alter(
      byte resourceType, String name, boolean validateOnly, Consumer<ConfigChanges> changing) {
    try {
      if (ConfigResource.Type.forId(resourceType) != ConfigResource.Type.TOPIC) {
        throw new StreamException(
            ErrorCode.INVALID_REQUEST,
            "settings of resource type "
                + ConfigResource.Type.forId(resourceType)
                + " are not changed here: only topics have settings that change while the server"
                + " runs; give others in its file, environment or flags");
      }
      TopicImage topic = topic(name);
      ConfigChanges changes = new ConfigChanges(topic);
      changing.accept(changes);
      return changes.checked().isEmpty() || validateOnly
          ? Future.succeededFuture()
          : loop.metadata().alterTopic(topic.name(), changes.checked());
    } catch (StreamException e) {
      return Future.failedFuture(e);
    }
  }
}
