package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.DeleteGroup;
import io.millrace.protocol.stream.message.DeleteOffsets;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.GroupDeleted;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.GroupMember;
import io.millrace.protocol.stream.message.GroupsListed;
import io.millrace.protocol.stream.message.ListGroups;
import io.millrace.protocol.stream.message.OffsetsDeleted;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.millrace.protocol.stream.message.OffsetsReset;
import io.millrace.protocol.stream.message.ResetOffsets;
import io.millrace.protocol.stream.message.StreamPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link Admin} asks about groups, as messages.
 *
 * <p>Threading: any.
 */
final class GroupQuestions {
  private final Questions questions;

  GroupQuestions(Questions questions) {
    this.questions = questions;
  }

  Future<List<GroupListing>> list(Collection<String> states, Collection<String> types) {
    return questions.ask(
        id -> new ListGroups(id, List.copyOf(states), List.copyOf(types)),
        true,
        answer ->
            answer instanceof GroupsListed listed
                ? listed.getGroups().stream()
                    .map(
                        each ->
                            new GroupListing(
                                each.getGroup(),
                                each.getGroupType(),
                                each.getState(),
                                each.getProtocolType()))
                    .toList()
                : null);
  }

  Future<GroupDetails> describe(String group) {
    return questions.ask(
        id -> new DescribeGroup(id, group),
        true,
        answer -> answer instanceof GroupDescribed described ? details(described) : null);
  }

  private static GroupDetails details(GroupDescribed group) {
    return new GroupDetails(
        group.getGroup(),
        group.getGroupType(),
        group.getState(),
        group.getEpoch(),
        group.getAssignor(),
        group.getRebalanceCause(),
        group.getMembers().stream().map(GroupQuestions::member).toList());
  }

  private static GroupDetails.Member member(GroupMember member) {
    return new GroupDetails.Member(
        member.getMemberId(),
        member.getInstanceId(),
        member.getClientId(),
        member.getClientHost(),
        member.getMemberType(),
        member.getMemberEpoch(),
        partitions(member.getAssignment()),
        partitions(member.getTargetAssignment()));
  }

  static List<TopicPartition> partitions(List<StreamPartition> partitions) {
    return partitions.stream()
        .map(each -> ConsumerPositions.keyOf(each.getTopic(), each.getPartition()))
        .toList();
  }

  Future<Map<TopicPartition, CommittedOffset>> committed(String group) {
    return questions.ask(
        id -> new FetchOffsets(id, group, List.of()),
        true,
        answer -> answer instanceof OffsetsFetched fetched ? taken(fetched.getOffsets()) : null);
  }

  /**
   * Positions by their partitions.
   *
   * @throws StreamException as the first one that was refused
   */
  static Map<TopicPartition, CommittedOffset> taken(List<CommittedPosition> positions) {
    Map<TopicPartition, CommittedOffset> taken = new LinkedHashMap<>();
    for (CommittedPosition each : positions) {
      ErrorCode error = ErrorCode.of(each.getErrorCode());
      TopicPartition partition = ConsumerPositions.keyOf(each.getTopic(), each.getPartition());
      if (error != ErrorCode.NONE) {
        String reason =
            each.getErrorMessage().isEmpty() ? error.sentence() : each.getErrorMessage();
        throw new StreamException(error, "the position in " + partition + ": " + reason);
      }
      taken.put(
          partition,
          new CommittedOffset(each.getOffset(), each.getLeaderEpoch(), each.getMetadata()));
    }
    return taken;
  }

  Future<Void> reset(String group, Map<TopicPartition, Long> offsets) {
    List<CommitPosition> positions = new ArrayList<>();
    offsets.forEach(
        (partition, offset) ->
            positions.add(
                new CommitPosition(
                    partition.topic().value(), partition.partition(), offset, -1, "")));
    return questions
        .ask(
            id -> new ResetOffsets(id, group, positions),
            // The same positions once more are the same positions.
            true,
            answer -> answer instanceof OffsetsReset reset ? taken(reset.getOffsets()) : null)
        .mapEmpty();
  }

  Future<Void> deleteOffsets(String group, Collection<TopicPartition> partitions) {
    List<StreamPartition> named =
        partitions.stream()
            .map(each -> new StreamPartition(each.topic().value(), each.partition()))
            .toList();
    return questions
        .ask(
            id -> new DeleteOffsets(id, group, named),
            // What is gone is gone.
            true,
            answer -> answer instanceof OffsetsDeleted deleted ? taken(deleted.getOffsets()) : null)
        .mapEmpty();
  }

  Future<Void> delete(String group) {
    return questions
        .ask(
            id -> new DeleteGroup(id, group),
            false,
            answer -> answer instanceof GroupDeleted deleted ? deleted : null)
        .mapEmpty();
  }
}
