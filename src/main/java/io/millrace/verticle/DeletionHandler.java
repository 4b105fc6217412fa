package io.millrace.verticle;

import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.log.LogTask;
import io.millrace.model.ErrorCode;
import io.millrace.partition.Partition;
import io.millrace.partition.PartitionLogs;
import io.millrace.partition.RecordDeletion;
import java.util.Map;

/**
 * Raises log start offsets. The answer comes when the new start is written down: else the records
 * could show again after a crash.
 */
final class DeletionHandler {
  private final ShardPartitions partitions;
  private final PartitionLogs logs;
  private final Outbox outbox;

  DeletionHandler(ShardPartitions partitions, PartitionLogs logs, Outbox outbox) {
    this.partitions = partitions;
    this.logs = logs;
    this.outbox = outbox;
  }

  void handle(ShardRequest.DeleteRecords request) {
    HostedPartition hosted = partitions.get(request.partition()).orElse(null);
    if (hosted == null) {
      Refusal refusal = Refusal.of(partitions, request.partition());
      answer(request, refusal.error(), refusal.reason(), -1);
      return;
    }
    hosted.maintain(
        () -> begin(hosted.partition(), request.beforeOffset()),
        deletion -> finish(hosted, request, deletion),
        failure ->
            answer(request, ErrorCode.STORAGE_ERROR, "old segments could not be deleted", -1));
  }

  /** Decides on the shard's thread, when its turn has come; runs on the pool. */
  private static LogTask<RecordDeletion> begin(Partition partition, long beforeOffset) {
    RecordDeletion deletion = partition.deleteRecords(beforeOffset);
    return () -> {
      if (deletion instanceof RecordDeletion.Raised raised) {
        raised.task().run();
      }
      return deletion;
    };
  }

  private void finish(
      HostedPartition hosted, ShardRequest.DeleteRecords request, RecordDeletion deletion) {
    if (deletion instanceof RecordDeletion.Refused refused) {
      answer(request, refused.error(), refused.reason(), -1);
      return;
    }
    long logStartOffset = ((RecordDeletion.Raised) deletion).logStartOffset();
    Partition partition = hosted.partition();
    hosted.maintain(
        () ->
            HostedPartition.ignoringResult(
                logs.checkpoint(Map.of(partition.id(), partition.progress()))),
        done -> answer(request, ErrorCode.NONE, "", logStartOffset),
        failure ->
            answer(
                request, ErrorCode.STORAGE_ERROR, "the new start could not be written down", -1));
  }

  private void answer(
      ShardRequest.DeleteRecords request, ErrorCode error, String reason, long logStartOffset) {
    outbox.reply(
        request.replyTo(),
        new ShardReply.RecordsDeleted(request.correlationId(), error, reason, logStartOffset));
  }
}
