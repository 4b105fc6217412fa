package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.InternalTopics;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.Map;

/** Makes topics that clients ask for as if they were there. */
final class TopicCreation {
  private static final int DEFAULT_PARTITIONS = -1;

  private final KafkaLoop loop;
  private final boolean enabled;

  TopicCreation(KafkaLoop loop) {
    this.loop = loop;
    this.enabled = loop.settings().get(ServerSettings.AUTO_CREATE_TOPICS_ENABLE);
  }

  /** Whether a topic may be made because somebody asked for it. */
  boolean allows(TopicName name) {
    return enabled && !InternalTopics.isInternal(name);
  }

  /** The topic of this name, made with the broker's defaults if it is not there. */
  Future<TopicImage> findOrCreate(TopicName name) {
    return loop.metadata()
        .createTopic(name, DEFAULT_PARTITIONS, Map.of(), false)
        .recover(failure -> existing(name, failure));
  }

  /** Somebody else may have made it meanwhile. */
  private Future<TopicImage> existing(TopicName name, Throwable failure) {
    boolean exists =
        failure instanceof StreamException known && known.code() == ErrorCode.TOPIC_ALREADY_EXISTS;
    return exists
        ? loop.image()
            .topic(name)
            .map(Future::succeededFuture)
            .orElseGet(() -> Future.failedFuture(failure))
        : Future.failedFuture(failure);
  }
}
