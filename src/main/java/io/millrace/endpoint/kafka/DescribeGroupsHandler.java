package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;

/**
 * Describes classic groups. One that is not there, or whose members the server assigns to, is
 * "Dead", and an error from version 6 on (KIP-1043).
 */
final class DescribeGroupsHandler extends ApiHandler<DescribeGroupsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 6;
  private static final int NOT_FOUND_VERSION = 6;

  private final Groups groups;

  DescribeGroupsHandler(Groups groups) {
    super(ApiMessageType.DESCRIBE_GROUPS, DescribeGroupsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(DescribeGroupsRequestData request, KafkaCall call) {
    int operations =
        request.includeAuthorizedOperations() ? Operations.GROUP : Operations.NOT_ASKED;
    groups.<String, GroupResponse.Described, DescribedGroup>askEach(
        call,
        request.groups(),
        GroupRequest.Describe::new,
        (id, described) ->
            described(id, described, call.version()).setAuthorizedOperations(operations),
        DescribeGroupsHandler::failed,
        found -> call.answer(new DescribeGroupsResponseData().setGroups(found)));
  }

  private static DescribedGroup described(String id, GroupResponse.Described group, short version) {
    boolean classic = group.type() == GroupType.CLASSIC;
    if (group.state() == GroupState.DEAD || !classic) {
      String what = classic ? "is not there" : "is not a classic group";
      return version >= NOT_FOUND_VERSION
          ? failed(id, new GroupError(ErrorCode.GROUP_ID_NOT_FOUND, "group " + id + " " + what))
          : dead(id);
    }
    if (group.error().isError()) {
      return failed(id, group.error());
    }
    return new DescribedGroup()
        .setGroupId(id)
        .setGroupState(group.state().toString())
        .setProtocolType(group.protocolType())
        .setProtocolData(group.protocolName())
        .setMembers(group.members().stream().map(DescribeGroupsHandler::member).toList());
  }

  private static DescribedGroup dead(String id) {
    return new DescribedGroup().setGroupId(id).setGroupState(GroupState.DEAD.toString());
  }

  private static DescribedGroup failed(String id, GroupError error) {
    return dead(id).setErrorCode(Groups.code(error)).setErrorMessage(Groups.message(error));
  }

  private static DescribedGroupMember member(GroupResponse.DescribedMember member) {
    return new DescribedGroupMember()
        .setMemberId(member.member().memberId())
        .setGroupInstanceId(member.member().instanceId().orElse(null))
        .setClientId(member.origin().clientId())
        .setClientHost(member.origin().clientHost())
        .setMemberMetadata(member.metadata().array())
        .setMemberAssignment(member.classicAssignment().array());
  }
}
