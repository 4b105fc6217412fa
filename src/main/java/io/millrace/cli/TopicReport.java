package io.millrace.cli;

import io.millrace.client.OffsetAnswer;
import io.millrace.client.TopicDetails;
import io.millrace.client.TopicDetails.PartitionDetails;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A topic, each partition with its first and its end offset as they were a moment ago. */
record TopicReport(TopicDetails details, List<PartitionReport> partitions) {
  /** The offsets are -1 where nobody leads. */
  record PartitionReport(PartitionDetails details, long logStartOffset, long highWatermark) {
    long records() {
      return highWatermark - logStartOffset;
    }

    private JsonObject json() {
      return new JsonObject()
          .put("partition", details.partition())
          .put("leader", details.leader())
          .put("leaderEpoch", details.leaderEpoch())
          .put("replicas", new JsonArray(details.replicas()))
          .put("inSyncReplicas", new JsonArray(details.inSyncReplicas()))
          .put("logStartOffset", logStartOffset)
          .put("highWatermark", highWatermark);
    }
  }

  static TopicReport of(
      TopicDetails topic,
      Map<TopicPartition, OffsetAnswer> starts,
      Map<TopicPartition, OffsetAnswer> ends) {
    return new TopicReport(
        topic,
        topic.partitions().stream()
            .map(
                p ->
                    new PartitionReport(
                        p, offset(starts.get(place(topic, p))), offset(ends.get(place(topic, p)))))
            .toList());
  }

  static TopicPartition place(TopicDetails topic, PartitionDetails partition) {
    return new TopicPartition(new TopicName(topic.name()), partition.partition());
  }

  private static long offset(@Nullable OffsetAnswer answer) {
    return answer == null ? -1 : answer.offset();
  }

  long records() {
    return partitions.stream().mapToLong(PartitionReport::records).sum();
  }

  JsonObject json() {
    JsonArray rows = new JsonArray();
    partitions.forEach(partition -> rows.add(partition.json()));
    return new JsonObject()
        .put("name", details.name())
        .put("id", details.topicId().toString())
        .put("partitions", rows)
        .put("settings", new JsonObject(new LinkedHashMap<>(details.settings())));
  }
}
