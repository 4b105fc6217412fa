package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest.ConsumerHeartbeat;
import io.millrace.model.group.GroupResponse.ConsumerHeartbeatDone;
import org.jspecify.annotations.Nullable;

/** The consumer protocol's requests, to whatever group there is, or none; and its records. */
final class ConsumerRequests {
  private final Groups groups;
  private final GroupContext context;
  private final Migration migration;
  private final HeartbeatRules rules;

  ConsumerRequests(Groups groups, GroupContext context) {
    this.groups = groups;
    this.context = context;
    this.migration = new Migration(groups, context);
    this.rules = new HeartbeatRules(context.consumerConfig(), context.assignors());
  }

  void heartbeat(Turn turn, long requestId, ConsumerHeartbeat request) {
    GroupError error = rules.check(request);
    Group group = groups.find(request.groupId());
    if (!error.isError() && !(group instanceof ConsumerGroup)) {
      error = checkBegin(request, group);
    }
    if (error.isError()) {
      turn.reply(requestId, ConsumerHeartbeatDone.refused(error));
      return;
    }
    groupFor(turn, request.groupId(), group).consumerHeartbeat(turn, requestId, request);
  }

  /** Only who joins can bring a group about. */
  private GroupError checkBegin(ConsumerHeartbeat request, @Nullable Group group) {
    if (request.memberEpoch() != MemberProgress.JOINING) {
      return GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
    }
    return group instanceof ClassicGroup classic
        ? migration.checkUpgrade(classic)
        : GroupError.NONE;
  }

  private ConsumerGroup groupFor(Turn turn, String groupId, @Nullable Group group) {
    if (group instanceof ConsumerGroup consumer) {
      return consumer;
    }
    if (group instanceof ClassicGroup classic) {
      return migration.upgrade(turn, classic);
    }
    return begin(groupId);
  }

  private ConsumerGroup begin(String groupId) {
    ConsumerGroup group = new ConsumerGroup(groupId, context, migration);
    groups.put(group);
    return group;
  }

  /**
   * A classic member wants to join: a group that nobody is in any more makes room for a classic
   * one.
   */
  void makeRoomForClassic(Turn turn, String groupId) {
    if (groups.find(groupId) instanceof ConsumerGroup group && !group.hasMembers()) {
      group.delete(turn);
      groups.remove(groupId);
    }
  }

  /**
   * Takes in a record of a KIP-848 group. A tombstone for a group that has become a classic one
   * meanwhile is about what is no longer here.
   */
  void replay(GroupRecord record) {
    Group group = groups.find(record.groupId());
    if (group instanceof ConsumerGroup consumer) {
      consumer.replay(record);
      if (consumer.durable().isVoid()) {
        groups.remove(record.groupId());
      }
    } else if (!record.isTombstone()) {
      begin(record.groupId()).replay(record);
    }
  }
}
