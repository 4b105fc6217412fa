package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;

/** Deletes groups that have no members, with their positions. */
final class DeleteGroupsHandler extends ApiHandler<DeleteGroupsRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 2;

  private final Groups groups;

  DeleteGroupsHandler(Groups groups) {
    super(ApiMessageType.DELETE_GROUPS, DeleteGroupsRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(DeleteGroupsRequestData request, KafkaCall call) {
    groups.<String, GroupResponse.Done, DeletableGroupResult>askEach(
        call,
        List.copyOf(new LinkedHashSet<>(request.groupsNames())),
        GroupRequest.DeleteGroup::new,
        (id, done) -> result(id, done.error()),
        DeleteGroupsHandler::result,
        results -> {
          DeletableGroupResultCollection all = new DeletableGroupResultCollection(results.size());
          results.forEach(all::mustAdd);
          call.answer(new DeleteGroupsResponseData().setResults(all));
        });
  }

  private static DeletableGroupResult result(String id, GroupError error) {
    return new DeletableGroupResult().setGroupId(id).setErrorCode(Groups.code(error));
  }
}
