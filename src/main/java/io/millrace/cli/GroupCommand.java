package io.millrace.cli;

import io.millrace.client.GroupDetails;
import io.millrace.client.GroupListing;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.json.JsonArray;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code group}: a method for each of its commands, but for those with options of their own. */
@Command(
    name = "group",
    description = "List, describe, reset and delete consumer groups.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {GroupResetCommand.class, GroupDeleteOffsetsCommand.class},
    sortOptions = false)
final class GroupCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "group needs a command: list, describe, reset, delete-offsets or delete");
  }

  @Command(name = "list", description = "List all groups.", sortOptions = false)
  int list(@Mixin ClientOptions client, @Mixin OutputOption output) throws InterruptedException {
    List<GroupDetails> groups = new ArrayList<>();
    try (AdminSession session = new AdminSession(client)) {
      for (GroupListing each : AdminSession.await(session.admin().listGroups())) {
        described(session, each.group()).ifPresent(groups::add);
      }
    }
    if (output.isJson()) {
      print(new JsonArray(groups.stream().map(GroupReport::summary).toList()).encode());
      return ExitCode.OK;
    }
    Table table = new Table("GROUP", "TYPE", "STATE", "MEMBERS");
    groups.forEach(
        group -> table.row(group.group(), group.type(), group.state(), group.members().size()));
    table.lines().forEach(this::print);
    return ExitCode.OK;
  }

  /** The group; nothing if it was deleted since it was listed. */
  private static Optional<GroupDetails> described(AdminSession session, String group)
      throws InterruptedException {
    try {
      return Optional.of(AdminSession.await(session.admin().describeGroup(group)));
    } catch (StreamException e) {
      if (e.code() == ErrorCode.GROUP_ID_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Command(
      name = "describe",
      description = "Describe a group: its members, and how far it is in each partition.",
      sortOptions = false)
  int describe(
      @Mixin ClientOptions client,
      @Mixin OutputOption output,
      @Parameters(paramLabel = "GROUP", description = "Which.") String group)
      throws InterruptedException {
    GroupReport report;
    try (AdminSession session = new AdminSession(client)) {
      GroupDetails details = AdminSession.await(session.admin().describeGroup(group));
      report =
          GroupReport.of(
              details,
              AdminSession.await(
                  session.admin().groupOffsets(group, GroupReport.assigned(details))));
    }
    if (output.isJson()) {
      print(report.json().encode());
    } else {
      report.lines().forEach(this::print);
    }
    return ExitCode.OK;
  }

  @Command(
      name = "delete",
      description = "Delete a group without members, with its positions, for good.",
      sortOptions = false)
  int delete(
      @Mixin ClientOptions client,
      @Parameters(paramLabel = "GROUP", description = "Which.") String group)
      throws InterruptedException {
    try (AdminSession session = new AdminSession(client)) {
      AdminSession.await(session.admin().deleteGroup(group));
      print("deleted: " + group);
    }
    return ExitCode.OK;
  }

  private void print(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
