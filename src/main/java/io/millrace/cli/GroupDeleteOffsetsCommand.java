package io.millrace.cli;

import io.millrace.client.GroupOffset;
import io.millrace.model.TopicPartition;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code group delete-offsets}: a group forgets how far it was in a topic. */
@Command(
    name = "delete-offsets",
    description =
        "Delete the positions of a group in a topic that none of its members reads; it starts there"
            + " like a new group.",
    sortOptions = false)
final class GroupDeleteOffsetsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private OutputOption output;

  @Parameters(index = "0", paramLabel = "GROUP", description = "Which.")
  private String group;

  @Mixin private TopicPartitionsOption partitions;

  @Override
  public Integer call() throws InterruptedException {
    List<GroupOffset> deleted = new ArrayList<>();
    try (AdminSession session = new AdminSession(client)) {
      List<TopicPartition> chosen = partitions.chosen(session.admin());
      Set<TopicPartition> wanted = new HashSet<>(chosen);
      for (GroupOffset each : AdminSession.await(session.admin().groupOffsets(group, chosen))) {
        if (wanted.contains(each.partition()) && each.committed().offset() >= 0) {
          deleted.add(each);
        }
      }
      AdminSession.await(session.admin().deleteOffsets(group, chosen));
    }
    show(deleted);
    return ExitCode.OK;
  }

  private void show(List<GroupOffset> deleted) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      JsonArray rows = new JsonArray();
      deleted.forEach(
          each ->
              rows.add(GroupReport.json(each.partition()).put("was", each.committed().offset())));
      out.println(new JsonObject().put("group", group).put("partitions", rows).encode());
    } else if (deleted.isEmpty()) {
      out.println("no positions: " + group + " has none in " + partitions.topic());
    } else {
      out.println("positions deleted: " + group);
      Table table = new Table("TOPIC", "PARTITION", "WAS");
      deleted.forEach(
          each ->
              table.row(
                  partitions.topic(), each.partition().partition(), each.committed().offset()));
      table.lines().forEach(out::println);
    }
    out.flush();
  }
}
