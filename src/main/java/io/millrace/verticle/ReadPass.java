package io.millrace.verticle;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.log.LogTask;
import io.millrace.log.ReadOutcome;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.partition.PartitionRead;
import io.millrace.record.RecordSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass over the entries of a read, in order, until {@code maxBytes}; the first that has records
 * gives at least one batch. Where bytes must be read from the disk the pass goes on later.
 *
 * <p>Threading: the shard's thread.
 */
final class ReadPass {
  private static final Logger LOGGER = LoggerFactory.getLogger(ReadPass.class);

  private final ShardPartitions partitions;
  private final Tasks tasks;
  private final List<FetchRequest.Entry> entries;
  private final int maxBytes;
  private final Consumer<ReadPass> whenDone;
  private final List<FetchReply.Result> results;
  private final long[] highWatermarks;
  private long sizeBytes;
  private boolean failed;

  ReadPass(
      ShardPartitions partitions,
      Tasks tasks,
      List<FetchRequest.Entry> entries,
      int maxBytes,
      Consumer<ReadPass> whenDone) {
    this.partitions = partitions;
    this.tasks = tasks;
    this.entries = entries;
    this.maxBytes = maxBytes;
    this.whenDone = whenDone;
    this.results = new ArrayList<>(entries.size());
    this.highWatermarks = new long[entries.size()];
  }

  /** Reads on from where it is; calls back at the end, possibly before it returns. */
  void run() {
    while (results.size() < entries.size()) {
      if (!readNext(entries.get(results.size()))) {
        return;
      }
    }
    whenDone.accept(this);
  }

  List<FetchReply.Result> results() {
    return results;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  boolean isFailed() {
    return failed;
  }

  /** Whether a partition's high watermark is another one by now than it was read up to. */
  boolean isStale() {
    for (int i = 0; i < results.size(); i++) {
      long seen = highWatermarks[i];
      if (partitions
          .get(entries.get(i).partition())
          .filter(hosted -> hosted.partition().highWatermark() == seen)
          .isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Lets the records go; the offsets stay. */
  void release() {
    sizeBytes = 0;
    results.replaceAll(
        result -> {
          result.slice().ifPresent(RecordSlice::release);
          return withSlice(result, Optional.empty());
        });
  }

  /** False if it goes on later. */
  private boolean readNext(FetchRequest.Entry entry) {
    HostedPartition hosted = partitions.get(entry.partition()).orElse(null);
    if (hosted == null) {
      Refusal refusal = Refusal.of(partitions, entry.partition());
      add(FetchReply.Result.failed(refusal.error(), refusal.reason(), -1, -1));
      return true;
    }
    highWatermarks[results.size()] = hosted.partition().highWatermark();
    long left = sizeBytes == 0 ? Math.max(1, maxBytes) : maxBytes - sizeBytes;
    int most = (int) Math.min(entry.maxBytes(), left);
    PartitionRead read =
        hosted
            .partition()
            .reader()
            .read(entry.offset(), entry.currentLeaderEpoch(), most, entry.fromFollower());
    if (read instanceof PartitionRead.Cold cold) {
      readCold(entry.partition(), cold.task());
      return false;
    }
    take(hosted, (PartitionRead.Ready) read);
    return true;
  }

  private void readCold(PartitionId id, LogTask<ReadOutcome> task) {
    if (!tasks.hasRoom(Tasks.Pool.READ)) {
      add(
          FetchReply.Result.failed(
              ErrorCode.THROTTLED,
              "too many reads wait for the disk (log.read.queue.max)",
              -1,
              -1));
      run();
      return;
    }
    tasks.run(
        Tasks.Pool.READ,
        task,
        outcome -> {
          finishCold(id, outcome);
          run();
        },
        failure -> {
          partitions.get(id).ifPresent(hosted -> diskFailed(hosted, failure));
          add(
              FetchReply.Result.failed(
                  ErrorCode.STORAGE_ERROR, "the records could not be read from the disk", -1, -1));
          run();
        });
  }

  private void finishCold(PartitionId id, ReadOutcome outcome) {
    HostedPartition hosted = partitions.get(id).orElse(null);
    if (hosted != null) {
      take(hosted, hosted.partition().reader().finishRead(outcome));
      return;
    }
    if (outcome instanceof ReadOutcome.Batches batches) {
      batches.slice().release();
    }
    Refusal refusal = Refusal.of(partitions, id);
    add(FetchReply.Result.failed(refusal.error(), refusal.reason(), -1, -1));
  }

  private static void diskFailed(HostedPartition hosted, IOException failure) {
    LOGGER.error(
        "records could not be read: topic={} partition={} cause={}",
        hosted.partition().name().topic(),
        hosted.partition().name().partition(),
        failure.getMessage());
  }

  private void take(HostedPartition hosted, PartitionRead.Ready ready) {
    FetchReply.Result result =
        new FetchReply.Result(
            ready.error(),
            ready.reason(),
            ready.slice(),
            ready.highWatermark(),
            ready.logStartOffset(),
            ready.leaderEpoch());
    RecordSlice slice = ready.slice().orElse(null);
    if (slice != null && sizeBytes > 0 && sizeBytes + slice.sizeBytes() > maxBytes) {
      // One whole batch is always read; it is too much when others have given some.
      slice.release();
      result = withSlice(result, Optional.empty());
    } else if (slice != null) {
      sizeBytes += slice.sizeBytes();
      hosted.meters().read(slice.sizeBytes(), slice.nextOffset() - slice.baseOffset());
    }
    add(result);
  }

  private void add(FetchReply.Result result) {
    failed |= result.error() != ErrorCode.NONE;
    results.add(result);
  }

  private static FetchReply.Result withSlice(
      FetchReply.Result result, Optional<RecordSlice> slice) {
    return new FetchReply.Result(
        result.error(),
        result.reason(),
        slice,
        result.highWatermark(),
        result.logStartOffset(),
        result.leaderEpoch());
  }
}
