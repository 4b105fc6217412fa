package io.millrace.endpoint.kafka;

import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;

/** Says which replicas are moving: with one broker, none. */
final class ListPartitionReassignmentsHandler
    extends ApiHandler<ListPartitionReassignmentsRequestData> {
  private static final int VERSION = 0;

  ListPartitionReassignmentsHandler() {
    super(ApiMessageType.LIST_PARTITION_REASSIGNMENTS, VERSION, VERSION);
  }

  @Override
  void handle(ListPartitionReassignmentsRequestData request, KafkaCall call) {
    call.answer(
        new ListPartitionReassignmentsResponseData().setErrorMessage(null).setTopics(List.of()));
  }
}
