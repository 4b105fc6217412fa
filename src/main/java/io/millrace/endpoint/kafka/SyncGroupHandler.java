package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.OpaqueBytes;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;

/** A classic member asks for its assignment, or, as the leader, brings everyone's. */
final class SyncGroupHandler extends ApiHandler<SyncGroupRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 5;
  private static final int PROTOCOL_REQUIRED_VERSION = 5;

  /** Longer than a leader may take; the coordinator answers when the generation is over. */
  private static final long WAIT_MS = 1_800_000;

  private final Groups groups;

  SyncGroupHandler(Groups groups) {
    super(ApiMessageType.SYNC_GROUP, SyncGroupRequestData::new, MIN_VERSION, MAX_VERSION);
    this.groups = groups;
  }

  @Override
  void handle(SyncGroupRequestData request, KafkaCall call) {
    boolean missing = request.protocolType() == null || request.protocolName() == null;
    if (call.version() >= PROTOCOL_REQUIRED_VERSION && missing) {
      throw new StreamException(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    Map<String, OpaqueBytes> assignments = new HashMap<>();
    for (SyncGroupRequestAssignment one : request.assignments()) {
      assignments.put(one.memberId(), OpaqueBytes.of(one.assignment()));
    }
    GroupRequest.Sync sync =
        new GroupRequest.Sync(
            request.groupId(),
            Groups.member(request.memberId(), request.groupInstanceId()),
            request.generationId(),
            request.protocolType(),
            request.protocolName(),
            assignments);
    groups.ask(
        call,
        sync,
        groups.deadlineNanos(WAIT_MS),
        synced ->
            call.answer(
                new SyncGroupResponseData()
                    .setErrorCode(Groups.code(synced.error()))
                    .setProtocolType(synced.protocolType())
                    .setProtocolName(synced.protocolName())
                    .setAssignment(synced.assignment().array())));
  }
}
