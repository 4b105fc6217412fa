package io.millrace.verticle;

import io.millrace.bus.LogsReply;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import java.util.ArrayList;
import java.util.List;

/** Describes logs, also those that are damaged. */
final class DescriptionHandler {
  private final ShardPartitions partitions;
  private final Outbox outbox;

  DescriptionHandler(ShardPartitions partitions, Outbox outbox) {
    this.partitions = partitions;
    this.outbox = outbox;
  }

  void handle(ShardRequest.DescribeLogs request) {
    List<LogsReply.Result> results = new ArrayList<>(request.partitions().size());
    request.partitions().forEach(partition -> results.add(describe(partition)));
    outbox.reply(request.replyTo(), new ShardReply.LogsDescribed(request.correlationId(), results));
  }

  private LogsReply.Result describe(PartitionId id) {
    HostedPartition hosted = partitions.get(id).orElse(null);
    if (hosted == null) {
      Refusal refusal = Refusal.of(partitions, id);
      return LogsReply.Result.failed(refusal.error(), refusal.reason());
    }
    return new LogsReply.Result(ErrorCode.NONE, "", hosted.partition().reader().describe());
  }
}
