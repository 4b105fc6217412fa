package io.millrace.cli;

import io.millrace.cli.TopicReport.PartitionReport;
import io.millrace.client.TopicChange;
import io.millrace.client.TopicDetails;
import io.millrace.client.TopicDetails.PartitionDetails;
import io.millrace.model.TopicName;
import io.vertx.core.json.JsonArray;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topic}: one method for each of its commands. */
@Command(
    name = "topic",
    description = "Create, list, describe, alter and delete topics.",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false)
final class TopicCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "topic needs a command: create, list, describe, alter or delete");
  }

  @Command(name = "create", description = "Create a topic.", sortOptions = false)
  int create(
      @Mixin ClientOptions client,
      @Parameters(paramLabel = "TOPIC", description = "Its name: 1 to 249 of A-Z a-z 0-9 . _ -")
          String topic,
      @Option(
              names = "--partitions",
              paramLabel = "N",
              defaultValue = "-1",
              description = "How many (the broker's num.partitions).")
          int partitions,
      @Option(
              names = "--config",
              paramLabel = "NAME=VALUE",
              description = "A topic setting, such as retention.ms=3600000; may be repeated.")
          Map<String, String> settings,
      @Option(names = "--validate-only", description = "Check everything and create nothing.")
          boolean validateOnly)
      throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      TopicChange change =
          AdminSession.await(
              session
                  .admin()
                  .createTopic(
                      new TopicName(topic),
                      partitions,
                      settings == null ? Map.of() : settings,
                      validateOnly));
      print(
          (validateOnly ? "could be created: " : "created: ")
              + change.name()
              + " with "
              + counted(change.partitions()));
    }
    return ExitCode.OK;
  }

  @Command(name = "list", description = "List all topics.", sortOptions = false)
  int list(@Mixin ClientOptions client, @Mixin OutputOption output) throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      List<TopicReport> topics =
          session.withOffsets(AdminSession.await(session.admin().listTopics()));
      if (output.isJson()) {
        print(new JsonArray(topics.stream().map(TopicReport::json).toList()).encode());
        return ExitCode.OK;
      }
      Table table = new Table("TOPIC", "PARTITIONS", "RECORDS", "SETTINGS");
      topics.forEach(
          topic ->
              table.row(
                  topic.details().name(),
                  topic.partitions().size(),
                  topic.records(),
                  settingsText(topic.details())));
      table.lines().forEach(this::print);
    }
    return ExitCode.OK;
  }

  @Command(
      name = "describe",
      description = "Describe a topic and its partitions.",
      sortOptions = false)
  int describe(
      @Mixin ClientOptions client,
      @Mixin OutputOption output,
      @Parameters(paramLabel = "TOPIC", description = "Which.") String topic)
      throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      TopicReport report =
          session
              .withOffsets(
                  AdminSession.await(session.admin().describeTopics(List.of(new TopicName(topic)))))
              .get(0);
      if (output.isJson()) {
        print(report.json().encode());
        return ExitCode.OK;
      }
      TopicDetails details = report.details();
      print(
          "topic "
              + details.name()
              + ", id "
              + details.topicId()
              + ", "
              + counted(details.partitions().size()));
      print("settings: " + settingsText(details));
      long lacking =
          details.partitions().stream()
              .filter(p -> !p.inSyncReplicas().containsAll(p.replicas()))
              .count();
      if (lacking > 0) {
        print("under-replicated: " + counted((int) lacking));
      }
      Table table =
          new Table("PARTITION", "LEADER", "EPOCH", "REPLICAS", "ISR", "START", "END", "RECORDS");
      for (PartitionReport partition : report.partitions()) {
        PartitionDetails p = partition.details();
        table.row(
            p.partition(),
            p.leader(),
            p.leaderEpoch(),
            p.replicas(),
            p.inSyncReplicas(),
            partition.logStartOffset(),
            partition.highWatermark(),
            partition.records());
      }
      table.lines().forEach(this::print);
    }
    return ExitCode.OK;
  }

  @Command(
      name = "alter",
      description = "Change a topic's settings, or add partitions.",
      sortOptions = false)
  int alter(
      @Mixin ClientOptions client,
      @Parameters(paramLabel = "TOPIC", description = "Which.") String topic,
      @Option(
              names = "--config",
              paramLabel = "NAME=VALUE",
              description = "A new value; an empty one is back to the default.")
          Map<String, String> settings,
      @Option(
              names = "--partitions",
              paramLabel = "N",
              defaultValue = "0",
              description = "How many there shall be; keys may move to other partitions.")
          int partitions)
      throws InterruptedException {
    Map<String, String> changes = settings == null ? Map.of() : new LinkedHashMap<>(settings);
    if (changes.isEmpty() && partitions == 0) {
      throw new ParameterException(
          spec.subcommands().get("alter"), "nothing to change: give --config or --partitions");
    }
    try (AdminSession session = new AdminSession(client)) {
      TopicName name = new TopicName(topic);
      if (!changes.isEmpty()) {
        AdminSession.await(session.admin().alterTopic(name, changes));
        print("changed: " + topic + " " + changes);
      }
      if (partitions != 0) {
        print(
            topic
                + " has "
                + counted(
                    AdminSession.await(session.admin().createPartitions(name, partitions))
                        .partitions()));
      }
    }
    return ExitCode.OK;
  }

  @Command(
      name = "delete",
      description = "Delete a topic and its records, for good.",
      sortOptions = false)
  int delete(
      @Mixin ClientOptions client,
      @Parameters(paramLabel = "TOPIC", description = "Which.") String topic)
      throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      AdminSession.await(session.admin().deleteTopic(new TopicName(topic)));
      print("deleted: " + topic);
    }
    return ExitCode.OK;
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private static String counted(int partitions) {
    return partitions == 1 ? "1 partition" : partitions + " partitions";
  }

  private static String settingsText(TopicDetails topic) {
    return topic.settings().isEmpty() ? "defaults" : topic.settings().toString();
  }
}
