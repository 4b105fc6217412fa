package io.millrace.cli;

import io.millrace.client.GroupDetails;
import io.millrace.client.GroupDetails.Member;
import io.millrace.client.GroupOffset;
import io.millrace.model.TopicPartition;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A group, its members, and how far it is in each partition, by topic and partition. */
record GroupReport(GroupDetails details, List<GroupOffset> offsets) {
  private static final String UNKNOWN = "-";
  private static final Comparator<GroupOffset> BY_PLACE =
      Comparator.comparing((GroupOffset each) -> each.partition().topic().value())
          .thenComparing(each -> each.partition().partition());

  static GroupReport of(GroupDetails details, Collection<GroupOffset> offsets) {
    return new GroupReport(details, offsets.stream().sorted(BY_PLACE).toList());
  }

  /** What the members read, whether or not something of it is committed. */
  static List<TopicPartition> assigned(GroupDetails details) {
    return details.members().stream().flatMap(each -> each.assignment().stream()).toList();
  }

  /** The group without its partitions. */
  static JsonObject summary(GroupDetails group) {
    return new JsonObject()
        .put("group", group.group())
        .put("type", group.type())
        .put("state", group.state())
        .put("members", group.members().size());
  }

  JsonObject json() {
    Map<TopicPartition, String> owners = owners();
    JsonArray members = new JsonArray();
    details.members().forEach(each -> members.add(json(each)));
    JsonArray partitions = new JsonArray();
    offsets.forEach(
        each ->
            partitions.add(
                json(each.partition())
                    .put("committed", each.committed().offset())
                    .put("end", each.endOffset())
                    .put("lag", each.lag())
                    .put("memberId", owners.get(each.partition()))));
    return summary(details)
        .put("epoch", details.epoch())
        .put("assignor", details.assignor())
        .put("rebalanceCause", details.rebalanceCause())
        .put("members", members)
        .put("partitions", partitions);
  }

  private static JsonObject json(Member member) {
    return new JsonObject()
        .put("memberId", member.memberId())
        .put("instanceId", member.instanceId())
        .put("clientId", member.clientId())
        .put("clientHost", member.clientHost())
        .put("type", member.type())
        .put("epoch", member.epoch())
        .put("assignment", json(member.assignment()))
        .put("targetAssignment", json(member.targetAssignment()));
  }

  private static JsonArray json(List<TopicPartition> partitions) {
    return new JsonArray(partitions.stream().map(GroupReport::json).toList());
  }

  static JsonObject json(TopicPartition partition) {
    return new JsonObject()
        .put("topic", partition.topic().value())
        .put("partition", partition.partition());
  }

  private Map<TopicPartition, String> owners() {
    Map<TopicPartition, String> owners = new HashMap<>();
    details
        .members()
        .forEach(
            member -> member.assignment().forEach(each -> owners.put(each, member.memberId())));
    return owners;
  }

  /** For people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "group "
            + details.group()
            + ", "
            + details.type()
            + ", "
            + details.state()
            + ", epoch "
            + details.epoch()
            + (details.assignor().isEmpty() ? "" : ", assignor " + details.assignor()));
    lines.add(
        "last rebalance: "
            + (details.rebalanceCause().isEmpty() ? "none" : details.rebalanceCause()));
    if (details.members().isEmpty()) {
      lines.add("no members");
    } else {
      lines.addAll(members().lines());
    }
    if (offsets.isEmpty()) {
      lines.add("no positions");
    } else {
      lines.addAll(partitions().lines());
    }
    return lines;
  }

  private Table members() {
    Table table = new Table("MEMBER", "INSTANCE", "CLIENT", "HOST", "PARTITIONS");
    for (Member each : details.members()) {
      table.row(
          each.memberId(),
          text(each.instanceId()),
          text(each.clientId()),
          text(each.clientHost()),
          text(byTopic(each.assignment())));
    }
    return table;
  }

  private Table partitions() {
    Map<TopicPartition, String> owners = owners();
    Table table = new Table("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER");
    for (GroupOffset each : offsets) {
      table.row(
          each.partition().topic().value(),
          each.partition().partition(),
          text(each.committed().offset()),
          text(each.endOffset()),
          text(each.lag()),
          text(owners.get(each.partition())));
    }
    return table;
  }

  /** As in {@code flights 0,1; orders 2}. */
  private static String byTopic(List<TopicPartition> partitions) {
    Map<String, TreeSet<Integer>> byTopic = new TreeMap<>();
    partitions.forEach(
        each ->
            byTopic
                .computeIfAbsent(each.topic().value(), topic -> new TreeSet<>())
                .add(each.partition()));
    return byTopic.entrySet().stream()
        .map(
            topic ->
                topic.getKey()
                    + " "
                    + topic.getValue().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",")))
        .collect(Collectors.joining("; "));
  }

  private static String text(@Nullable String value) {
    return value == null || value.isEmpty() ? UNKNOWN : value;
  }

  /** An offset or a lag; those that are not known are negative. */
  static String text(long value) {
    return value < 0 ? UNKNOWN : Long.toString(value);
  }
}
