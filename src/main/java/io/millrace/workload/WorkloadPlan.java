package io.millrace.workload;

import io.millrace.model.TopicName;
import java.util.HashMap;
import java.util.Map;

/**
 * What is to be done.
 *
 * @param topic is created, and must not be there before
 * @param partitions of the topic
 * @param topicSettings as users write them
 * @param runMs how long values are sent
 * @param drainMs how long, after that, all else may take: answers, readers, the final read
 * @param valuesPerSecond of all producers together
 * @param valueSizeBytes of each value, at least
 * @param producers how many send, idempotent and with acks=all
 * @param readers how many read everything, without a group
 * @param members how many share a group
 * @param memberLifeMs after each such time one member leaves and another joins; 0 for never
 * @param clientSettings of every client, {@code bootstrap.servers} among them
 */
public record WorkloadPlan(
    TopicName topic,
    int partitions,
    Map<String, String> topicSettings,
    long runMs,
    long drainMs,
    int valuesPerSecond,
    int valueSizeBytes,
    int producers,
    int readers,
    int members,
    long memberLifeMs,
    Map<String, String> clientSettings) {
  public WorkloadPlan {
    topicSettings = Map.copyOf(topicSettings);
    clientSettings = Map.copyOf(clientSettings);
    if (partitions < 1 || producers < 1 || valuesPerSecond < 1) {
      throw new IllegalArgumentException(
          "a workload needs 1 partition, 1 producer and 1 value a second at least");
    }
  }

  String group() {
    return topic.value() + "-group";
  }

  /** Settings of one client: those given, with these where none was given. */
  Map<String, String> settings(String clientId, Map<String, String> chosen) {
    Map<String, String> settings = new HashMap<>(chosen);
    settings.put("client.id", clientId);
    settings.putAll(clientSettings);
    return settings;
  }
}
