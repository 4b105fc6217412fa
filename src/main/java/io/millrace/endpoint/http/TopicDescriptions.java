package io.millrace.endpoint.http;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Topics as JSON. What the image knows is always there; offsets are asked of the partitions, and
 * one that does not answer says why instead.
 *
 * <p>Threading: one event loop.
 */
final class TopicDescriptions {
  /** Who looks at a topic in trouble wants to see the trouble, not to wait for its end. */
  static final int MOST_WAIT_MS = 1_000;

  private final PartitionClient partitions;
  private final LongSupplier imageVersion;
  private final TimeSource time;
  private final long timeoutNanos;

  /**
   * Descriptions of what the partitions say.
   *
   * @param timeoutMs how long to wait for partitions at most; not longer than {@link #MOST_WAIT_MS}
   *     in any case
   */
  TopicDescriptions(
      PartitionClient partitions, LongSupplier imageVersion, TimeSource time, int timeoutMs) {
    this.partitions = partitions;
    this.imageVersion = imageVersion;
    this.time = time;
    this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMs, MOST_WAIT_MS));
  }

  /** Name, id, and how many partitions. */
  static JsonObject summary(TopicImage topic) {
    return new JsonObject()
        .put("name", topic.name().value())
        .put("topicId", topic.id().toString())
        .put("partitionCount", topic.partitions().size());
  }

  /** Everything about a topic; never fails. */
  Future<JsonObject> describe(TopicImage topic) {
    List<OffsetsRequest.Entry> entries =
        topic.partitions().stream()
            .map(
                partition ->
                    new OffsetsRequest.Entry(
                        topic.partitionId(partition.partition()), OffsetsRequest.LATEST))
            .toList();
    return partitions
        .offsets(
            new OffsetsRequest(
                entries, imageVersion.getAsLong(), time.monotonicNanos() + timeoutNanos))
        .map(offsets -> description(topic, offsets));
  }

  private static JsonObject description(TopicImage topic, OffsetsReply offsets) {
    JsonArray described = new JsonArray();
    for (int i = 0; i < topic.partitions().size(); i++) {
      described.add(partition(topic.partitions().get(i), offsets.results().get(i)));
    }
    return summary(topic).put("partitions", described).put("settings", settings(topic.settings()));
  }

  private static JsonObject partition(PartitionImage image, OffsetsReply.Result offsets) {
    JsonObject json =
        new JsonObject()
            .put("partition", image.partition())
            .put("leader", image.leader().map(NodeId::value).orElse(null))
            .put("leaderEpoch", image.leaderEpoch())
            .put("replicas", nodes(image.replicas()))
            .put("inSyncReplicas", nodes(image.inSyncReplicas()))
            .put("eligibleLeaderReplicas", nodes(image.eligibleLeaderReplicas()));
    if (offsets.error() == ErrorCode.NONE) {
      json.put("startOffset", JsonAnswer.number(offsets.logStartOffset()))
          .put("endOffset", JsonAnswer.number(offsets.highWatermark()));
    } else {
      json.put(
          "error",
          new JsonObject()
              .put("code", offsets.error().id())
              .put("name", offsets.error().name())
              .put("message", offsets.reason()));
    }
    return json;
  }

  private static JsonArray nodes(List<NodeId> nodes) {
    JsonArray ids = new JsonArray();
    nodes.forEach(node -> ids.add(node.value()));
    return ids;
  }

  private static JsonObject settings(SettingValues values) {
    JsonObject json = new JsonObject();
    values.settings().forEach(setting -> json.put(setting.name(), setting(values, setting)));
    return json;
  }

  private static <T> JsonObject setting(SettingValues values, Setting<T> setting) {
    return new JsonObject()
        .put("value", setting.format(values.get(setting)))
        .put("default", !values.given().containsKey(setting.name()));
  }
}
