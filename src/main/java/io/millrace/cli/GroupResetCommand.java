package io.millrace.cli;

import io.millrace.cli.ResetTarget.Place;
import io.millrace.client.Admin;
import io.millrace.client.GroupDetails;
import io.millrace.client.GroupOffset;
import io.millrace.client.OffsetAnswer;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code group reset}: sets a group's positions in a topic. */
@Command(
    name = "reset",
    description =
        "Set the positions of a group without members in a topic, within what its log has; a group"
            + " that does not exist is made.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace group reset delays --topic flights --to-earliest --dry-run",
      "  millrace group reset delays --topic flights --partitions 0,2 --shift-by -100"
    })
final class GroupResetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private OutputOption output;

  @Parameters(index = "0", paramLabel = "GROUP", description = "Which.")
  private String group;

  @Mixin private TopicPartitionsOption partitions;

  @ArgGroup(multiplicity = "1")
  private ResetTarget target;

  @Option(names = "--dry-run", description = "Show what would be set, and set nothing.")
  private boolean dryRun;

  /** A position before and after. */
  private record Change(TopicPartition partition, long was, long offset, long endOffset) {
    private long lag() {
      return endOffset - offset;
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    List<Change> changes;
    try (AdminSession session = new AdminSession(client)) {
      requireNoMembers(session.admin());
      changes = changes(session.admin());
      if (!dryRun) {
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        changes.forEach(each -> offsets.put(each.partition(), each.offset()));
        AdminSession.await(session.admin().resetOffsets(group, offsets));
      }
    }
    show(changes);
    return ExitCode.OK;
  }

  /** Asked here too, so that a dry run says it; the broker refuses it in any case. */
  private void requireNoMembers(Admin admin) throws InterruptedException {
    GroupDetails details;
    try {
      details = AdminSession.await(admin.describeGroup(group));
    } catch (StreamException e) {
      if (e.code() == ErrorCode.GROUP_ID_NOT_FOUND) {
        return;
      }
      throw e;
    }
    int members = details.members().size();
    if (members > 0) {
      throw new StreamException(
          ErrorCode.NON_EMPTY_GROUP,
          "group '"
              + group
              + "' has "
              + (members == 1 ? "1 member" : members + " members")
              + ", whose next commits would undo a reset; stop them first");
    }
  }

  private List<Change> changes(Admin admin) throws InterruptedException {
    List<TopicPartition> chosen = partitions.chosen(admin);
    Map<TopicPartition, GroupOffset> positions = new LinkedHashMap<>();
    AdminSession.await(admin.groupOffsets(group, chosen))
        .forEach(each -> positions.put(each.partition(), each));
    Map<TopicPartition, Long> starts = offsets(admin, chosen, Admin.EARLIEST);
    Map<TopicPartition, Long> ends = offsets(admin, chosen, Admin.LATEST);
    Instant time = target.time();
    Map<TopicPartition, Long> byTime =
        time == null ? Map.of() : offsets(admin, chosen, time.toEpochMilli());
    List<Change> changes = new ArrayList<>();
    for (TopicPartition each : chosen) {
      long committed = committed(positions.get(each));
      if (target.isShift() && committed < 0) {
        throw new StreamException(
            ErrorCode.INVALID_REQUEST,
            "group '" + group + "' has no position in " + each + " to shift; set one first");
      }
      Place place = new Place(committed, at(starts, each), at(ends, each), at(byTime, each));
      changes.add(new Change(each, committed, target.in(place), place.endOffset()));
    }
    return changes;
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Collection<TopicPartition> partitions, long timestampMs)
      throws InterruptedException {
    Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
    for (Map.Entry<TopicPartition, OffsetAnswer> each :
        AdminSession.await(admin.offsets(partitions, timestampMs)).entrySet()) {
      OffsetAnswer answer = each.getValue();
      if (answer.error() != ErrorCode.NONE) {
        throw new StreamException(answer.error(), each.getKey() + ": " + answer.error().sentence());
      }
      offsets.put(each.getKey(), answer.offset());
    }
    return offsets;
  }

  private static long at(Map<TopicPartition, Long> offsets, TopicPartition partition) {
    return offsets.getOrDefault(partition, -1L);
  }

  private static long committed(@Nullable GroupOffset position) {
    return position == null ? -1 : position.committed().offset();
  }

  private void show(List<Change> changes) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      JsonArray rows = new JsonArray();
      changes.forEach(
          each ->
              rows.add(
                  GroupReport.json(each.partition())
                      .put("was", each.was())
                      .put("offset", each.offset())
                      .put("end", each.endOffset())
                      .put("lag", each.lag())));
      out.println(
          new JsonObject()
              .put("group", group)
              .put("dryRun", dryRun)
              .put("partitions", rows)
              .encode());
    } else {
      out.println((dryRun ? "would be reset: " : "reset: ") + group);
      Table table = new Table("TOPIC", "PARTITION", "WAS", "OFFSET", "END", "LAG");
      changes.forEach(
          each ->
              table.row(
                  partitions.topic(),
                  each.partition().partition(),
                  GroupReport.text(each.was()),
                  each.offset(),
                  each.endOffset(),
                  each.lag()));
      table.lines().forEach(out::println);
    }
    out.flush();
  }
}
