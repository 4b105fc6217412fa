package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.OpaqueBytes;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;

/** A classic member joins; answered when all have, or the time for it is over. */
final class JoinGroupHandler extends ApiHandler<JoinGroupRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 9;
  private static final int REBALANCE_TIMEOUT_VERSION = 1;
  private static final int MEMBER_ID_REQUIRED_VERSION = 4;
  private static final int NULLABLE_PROTOCOL_VERSION = 7;
  private static final int SKIP_ASSIGNMENT_VERSION = 9;

  private final Groups groups;

  JoinGroupHandler(Groups groups) {
    super(ApiMessageType.JOIN_GROUP, JoinGroupRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(JoinGroupRequestData request, KafkaCall call) {
    int rebalanceTimeoutMs =
        call.version() < REBALANCE_TIMEOUT_VERSION
            ? request.sessionTimeoutMs()
            : request.rebalanceTimeoutMs();
    List<GroupRequest.Protocol> protocols =
        request.protocols().stream()
            .map(one -> new GroupRequest.Protocol(one.name(), OpaqueBytes.of(one.metadata())))
            .toList();
    GroupRequest.Join join =
        new GroupRequest.Join(
            request.groupId(),
            Groups.member(request.memberId(), request.groupInstanceId()),
            Groups.origin(call),
            request.sessionTimeoutMs(),
            rebalanceTimeoutMs,
            request.protocolType(),
            protocols,
            call.version() >= MEMBER_ID_REQUIRED_VERSION && request.groupInstanceId() == null,
            call.version() >= SKIP_ASSIGNMENT_VERSION,
            request.reason() == null ? "" : request.reason());
    long waitMs = (long) rebalanceTimeoutMs + request.sessionTimeoutMs();
    groups.ask(call, join, groups.deadlineNanos(waitMs), joined -> answer(call, joined));
  }

  private static void answer(KafkaCall call, GroupResponse.Joined joined) {
    String protocolName = joined.protocolName();
    boolean nullable = call.version() >= NULLABLE_PROTOCOL_VERSION;
    call.answer(
        new JoinGroupResponseData()
            .setErrorCode(Groups.code(joined.error()))
            .setGenerationId(joined.generation())
            .setProtocolType(joined.protocolType())
            .setProtocolName(protocolName == null && !nullable ? "" : protocolName)
            .setLeader(joined.leaderId())
            .setSkipAssignment(joined.skipAssignment())
            .setMemberId(joined.memberId())
            .setMembers(joined.members().stream().map(JoinGroupHandler::member).toList()));
  }

  private static JoinGroupResponseMember member(GroupResponse.JoinedMember member) {
    return new JoinGroupResponseMember()
        .setMemberId(member.memberId())
        .setGroupInstanceId(member.instanceId().orElse(null))
        .setMetadata(member.metadata().array());
  }
}
