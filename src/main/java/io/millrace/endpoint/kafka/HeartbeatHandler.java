package io.millrace.endpoint.kafka;

import io.millrace.model.group.GroupRequest;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;

/** A classic member is still there. */
final class HeartbeatHandler extends ApiHandler<HeartbeatRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 4;

  private final Groups groups;

  HeartbeatHandler(Groups groups) {
    super(ApiMessageType.HEARTBEAT, HeartbeatRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(HeartbeatRequestData request, KafkaCall call) {
    GroupRequest.Heartbeat heartbeat =
        new GroupRequest.Heartbeat(
            request.groupId(),
            Groups.member(request.memberId(), request.groupInstanceId()),
            request.generationId());
    groups.ask(
        call,
        heartbeat,
        groups.deadlineNanos(),
        done -> call.answer(new HeartbeatResponseData().setErrorCode(Groups.code(done.error()))));
  }
}
