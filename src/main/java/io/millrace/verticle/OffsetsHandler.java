package io.millrace.verticle;

import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.ErrorCode;
import io.millrace.partition.OffsetLookup;
import io.millrace.partition.Partition;
import java.util.ArrayList;
import java.util.List;

/** Looks offsets up, one entry after the other; searches by time run on the read pool. */
final class OffsetsHandler {
  private final ShardPartitions partitions;
  private final Tasks tasks;
  private final Outbox outbox;

  OffsetsHandler(ShardPartitions partitions, Tasks tasks, Outbox outbox) {
    this.partitions = partitions;
    this.tasks = tasks;
    this.outbox = outbox;
  }

  void handle(ShardRequest.FindOffsets request) {
    goOn(request, new ArrayList<>(request.entries().size()));
  }

  private void goOn(ShardRequest.FindOffsets request, List<OffsetsReply.Result> results) {
    while (results.size() < request.entries().size()) {
      OffsetsRequest.Entry entry = request.entries().get(results.size());
      HostedPartition hosted = partitions.get(entry.partition()).orElse(null);
      if (hosted == null) {
        Refusal refusal = Refusal.of(partitions, entry.partition());
        results.add(OffsetsReply.Result.failed(refusal.error(), refusal.reason()));
        continue;
      }
      OffsetLookup lookup = lookUp(hosted.partition(), entry);
      if (lookup instanceof OffsetLookup.Search search) {
        search(request, results, hosted, search);
        return;
      }
      results.add(result((OffsetLookup.Found) lookup));
    }
    outbox.reply(request.replyTo(), new ShardReply.OffsetsFound(request.correlationId(), results));
  }

  private static OffsetLookup lookUp(Partition partition, OffsetsRequest.Entry entry) {
    long timestampMs = entry.timestampMs();
    if (timestampMs == OffsetsRequest.EARLIEST) {
      return partition.reader().earliest();
    } else if (timestampMs == OffsetsRequest.LATEST) {
      return partition.reader().latest();
    } else if (timestampMs == OffsetsRequest.MAX_TIMESTAMP) {
      return partition.reader().byNewestTimestamp();
    } else if (timestampMs == OffsetsRequest.END_OF_EPOCH) {
      return partition.reader().endOfEpoch(entry.leaderEpoch());
    }
    return partition.reader().byTimestamp(timestampMs);
  }

  private void search(
      ShardRequest.FindOffsets request,
      List<OffsetsReply.Result> results,
      HostedPartition hosted,
      OffsetLookup.Search search) {
    if (!tasks.hasRoom(Tasks.Pool.READ)) {
      String reason = "too many reads wait for the disk (log.read.queue.max)";
      results.add(OffsetsReply.Result.failed(ErrorCode.THROTTLED, reason));
      goOn(request, results);
      return;
    }
    tasks.run(
        Tasks.Pool.READ,
        search.task(),
        found -> {
          results.add(result(hosted.partition().reader().finishLookup(found)));
          goOn(request, results);
        },
        failure -> {
          String reason = "the offset could not be read from the disk";
          results.add(OffsetsReply.Result.failed(ErrorCode.STORAGE_ERROR, reason));
          goOn(request, results);
        });
  }

  private static OffsetsReply.Result result(OffsetLookup.Found found) {
    return new OffsetsReply.Result(
        found.error(),
        found.reason(),
        found.offset(),
        found.timestampMs(),
        found.leaderEpoch(),
        found.logStartOffset(),
        found.highWatermark());
  }
}
