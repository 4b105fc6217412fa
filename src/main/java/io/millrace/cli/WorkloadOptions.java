package io.millrace.cli;

import io.millrace.model.TopicName;
import io.millrace.workload.WorkloadPlan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code verify run} does. */
final class WorkloadOptions {
  private static final int ID_CHARS = 8;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "The topic to create for it (default: a name of its own).")
  private @Nullable String topic;

  @Option(
      names = "--topic-config",
      paramLabel = "NAME=VALUE",
      description = "A setting of the topic; may be repeated.")
  private Map<String, String> topicSettings = new LinkedHashMap<>();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long values are sent (default: ${DEFAULT-VALUE}).",
      defaultValue = "30")
  private int seconds;

  @Option(
      names = "--drain-seconds",
      paramLabel = "N",
      description = "How long each step after that may take (default: ${DEFAULT-VALUE}).",
      defaultValue = "60")
  private int drainSeconds;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Of the topic (default: ${DEFAULT-VALUE}).",
      defaultValue = "6")
  private int partitions;

  @Option(
      names = "--rate",
      paramLabel = "PER_SECOND",
      description = "Values a second, of all producers (default: ${DEFAULT-VALUE}).",
      defaultValue = "500")
  private int rate;

  @Option(
      names = "--value-size",
      paramLabel = "BYTES",
      description = "Bytes of each value (default: ${DEFAULT-VALUE}).",
      defaultValue = "100")
  private int valueSize;

  @Option(
      names = "--producers",
      paramLabel = "N",
      description = "Idempotent, with acks=all (default: ${DEFAULT-VALUE}).",
      defaultValue = "3")
  private int producers;

  @Option(
      names = "--readers",
      paramLabel = "N",
      description = "That read everything, without a group (default: ${DEFAULT-VALUE}).",
      defaultValue = "2")
  private int readers;

  @Option(
      names = "--members",
      paramLabel = "N",
      description = "Of one group (default: ${DEFAULT-VALUE}).",
      defaultValue = "2")
  private int members;

  @Option(
      names = "--member-life",
      paramLabel = "MS",
      description =
          "After each such time a member leaves and another joins; 0 for never (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private long memberLifeMs;

  TopicName topic() {
    return new TopicName(
        topic == null ? "verify-" + UUID.randomUUID().toString().substring(0, ID_CHARS) : topic);
  }

  WorkloadPlan plan(TopicName name, Map<String, String> clientSettings) {
    return new WorkloadPlan(
        name,
        partitions,
        topicSettings,
        seconds * 1_000L,
        drainSeconds * 1_000L,
        rate,
        valueSize,
        producers,
        readers,
        members,
        memberLifeMs,
        clientSettings);
  }
}
