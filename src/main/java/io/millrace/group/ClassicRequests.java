package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Join;
import io.millrace.model.group.GroupResponse.Done;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.LeaverResult;
import io.millrace.model.group.GroupResponse.Left;
import io.millrace.model.group.GroupResponse.Synced;

/** The classic protocol's requests, to whatever group there is, or none. */
final class ClassicRequests {
  private final Groups groups;
  private final GroupContext context;

  ClassicRequests(Groups groups, GroupContext context) {
    this.groups = groups;
    this.context = context;
  }

  void join(Turn turn, long requestId, Join request) {
    Group group = groups.find(request.groupId());
    GroupError refusal = check(request, group != null);
    if (refusal.isError()) {
      turn.reply(requestId, Joined.refused(refusal, request.member().memberId()));
      return;
    }
    if (group == null) {
      group = new ClassicGroup(request.groupId(), context);
      groups.put(group);
    }
    group.join(turn, requestId, request);
  }

  private GroupError check(Join request, boolean exists) {
    GroupConfig config = context.config();
    if (request.groupId().isEmpty()) {
      return GroupError.of(ErrorCode.INVALID_GROUP_ID);
    }
    if (request.sessionTimeoutMs() < config.minSessionTimeoutMs()
        || request.sessionTimeoutMs() > config.maxSessionTimeoutMs()) {
      return new GroupError(
          ErrorCode.INVALID_SESSION_TIMEOUT,
          "the session timeout is "
              + request.sessionTimeoutMs()
              + " ms, group.min.session.timeout.ms and group.max.session.timeout.ms allow "
              + config.minSessionTimeoutMs()
              + " to "
              + config.maxSessionTimeoutMs());
    }
    if (request.protocolType().isEmpty() || request.protocols().isEmpty()) {
      return new GroupError(
          ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
          "a member names its protocol type and at least one strategy");
    }
    return exists || request.member().memberId().isEmpty()
        ? GroupError.NONE
        : GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  void sync(Turn turn, long requestId, GroupRequest.Sync request) {
    Group group = groups.find(request.groupId());
    if (group == null) {
      turn.reply(requestId, Synced.refused(unknown(request.groupId())));
    } else {
      group.sync(turn, requestId, request);
    }
  }

  void heartbeat(Turn turn, long requestId, GroupRequest.Heartbeat request) {
    Group group = groups.find(request.groupId());
    if (group == null) {
      turn.reply(requestId, new Done(unknown(request.groupId())));
    } else {
      group.heartbeat(turn, requestId, request);
    }
  }

  void leave(Turn turn, long requestId, GroupRequest.Leave request) {
    Group group = groups.find(request.groupId());
    if (group == null) {
      GroupError error = unknown(request.groupId());
      turn.reply(
          requestId,
          new Left(
              GroupError.NONE,
              request.members().stream()
                  .map(leaver -> new LeaverResult(leaver.member(), error))
                  .toList()));
    } else {
      group.leave(turn, requestId, request);
    }
  }

  private static GroupError unknown(String groupId) {
    return GroupError.of(
        groupId.isEmpty() ? ErrorCode.INVALID_GROUP_ID : ErrorCode.UNKNOWN_MEMBER_ID);
  }
}
