package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;

/** Members leave: the one that asks, or, from version 3 on, those that are named (KIP-345). */
final class LeaveGroupHandler extends ApiHandler<LeaveGroupRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 5;
  private static final int MANY_MEMBERS_VERSION = 3;

  private final Groups groups;

  LeaveGroupHandler(Groups groups) {
    super(ApiMessageType.LEAVE_GROUP, LeaveGroupRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(LeaveGroupRequestData request, KafkaCall call) {
    boolean many = call.version() >= MANY_MEMBERS_VERSION;
    List<GroupRequest.Leaver> leavers =
        many
            ? request.members().stream()
                .map(
                    one ->
                        new GroupRequest.Leaver(
                            Groups.member(one.memberId(), one.groupInstanceId()),
                            one.reason() == null ? "" : one.reason()))
                .toList()
            : List.of(new GroupRequest.Leaver(Groups.member(request.memberId(), null), ""));
    groups.ask(
        call,
        new GroupRequest.Leave(request.groupId(), leavers),
        groups.deadlineNanos(),
        left -> call.answer(many ? all(left) : only(left)));
  }

  private static LeaveGroupResponseData all(GroupResponse.Left left) {
    return new LeaveGroupResponseData()
        .setErrorCode(Groups.code(left.error()))
        .setMembers(
            left.members().stream()
                .map(
                    one ->
                        new MemberResponse()
                            .setMemberId(one.member().memberId())
                            .setGroupInstanceId(one.member().instanceId().orElse(null))
                            .setErrorCode(Groups.code(one.error())))
                .toList());
  }

  private static LeaveGroupResponseData only(GroupResponse.Left left) {
    boolean asWhole = left.error().isError() || left.members().isEmpty();
    return new LeaveGroupResponseData()
        .setErrorCode(Groups.code(asWhole ? left.error() : left.members().get(0).error()));
  }
}
