package io.millrace.verticle;

import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.TimeSource;
import io.millrace.partition.Produced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends batches to partitions, and answers when all of them are acknowledged. */
final class AppendHandler {
  private static final Logger LOGGER = LoggerFactory.getLogger(AppendHandler.class);

  private final ShardPartitions partitions;
  private final FlushScheduler flushes;
  private final Outbox outbox;
  private final TimeSource time;
  private final LongConsumer onWrite;

  /**
   * @param onWrite hears how long each write took, in nanoseconds
   */
  AppendHandler(
      ShardPartitions partitions,
      FlushScheduler flushes,
      Outbox outbox,
      TimeSource time,
      LongConsumer onWrite) {
    this.partitions = partitions;
    this.flushes = flushes;
    this.outbox = outbox;
    this.time = time;
    this.onWrite = onWrite;
  }

  void handle(ShardRequest.Append request) {
    Gather gather = new Gather(request);
    List<ProduceRequest.Entry> entries = request.entries();
    for (int i = 0; i < entries.size(); i++) {
      append(entries.get(i), request, gather, i);
    }
  }

  private void append(
      ProduceRequest.Entry entry, ShardRequest.Append request, Gather gather, int index) {
    OwnedBuffer batch = entry.batch();
    if (!batch.take()) {
      gather.failed(index, ErrorCode.REQUEST_TIMED_OUT, "the sender gave up");
      return;
    }
    try {
      HostedPartition hosted = partitions.get(entry.partition()).orElse(null);
      if (hosted == null) {
        Refusal refusal = Refusal.of(partitions, entry.partition());
        gather.failed(index, refusal.error(), refusal.reason());
      } else if (entry.condition().isEmpty() && hosted.partition().name().topic().isInternal()) {
        gather.failed(
            index,
            ErrorCode.INVALID_TOPIC,
            "topic '" + hosted.partition().name().topic() + "' is written by the server alone");
      } else if (request.deadlineNanos() - time.monotonicNanos() < 0) {
        gather.failed(
            index, ErrorCode.REQUEST_TIMED_OUT, "the deadline passed before it was written");
      } else {
        append(hosted, entry, request.acks(), gather, index);
      }
    } finally {
      batch.release();
    }
  }

  private void append(
      HostedPartition hosted, ProduceRequest.Entry entry, Acks acks, Gather gather, int index) {
    ByteBuffer bytes = entry.batch().bytes();
    int sizeBytes = bytes.remaining();
    long endBefore = hosted.partition().log().endOffset();
    long begun = time.monotonicNanos();
    try {
      hosted
          .partition()
          .append(bytes, acks, entry.condition(), produced -> gather.done(index, produced));
    } catch (RuntimeException e) {
      // An invariant is broken: what this partition says cannot be relied on any more.
      LOGGER.error("partition goes offline: {}", hosted.partition().name(), e);
      hosted.partition().onFailed(new IOException("an invariant of the log is broken: " + e, e));
      gather.failed(index, ErrorCode.UNKNOWN_OUTCOME, ErrorCode.UNKNOWN_OUTCOME.sentence());
    }
    onWrite.accept(time.monotonicNanos() - begun);
    long records = hosted.partition().log().endOffset() - endBefore;
    if (records > 0) {
      hosted.meters().appended(sizeBytes, records);
      flushes.touched(hosted);
    }
  }

  /** The results of one request; answers when the last one is there. */
  private final class Gather {
    private final ShardRequest.Append request;
    private final ProduceReply.@Nullable Result[] results;
    private int missing;

    Gather(ShardRequest.Append request) {
      this.request = request;
      this.missing = request.entries().size();
      this.results = new ProduceReply.Result[missing];
    }

    void done(int index, Produced produced) {
      set(
          index,
          new ProduceReply.Result(
              produced.error(),
              produced.reason(),
              produced.baseOffset(),
              produced.logAppendTimeMs(),
              produced.logStartOffset(),
              produced.leaderEpoch()));
    }

    void failed(int index, ErrorCode error, String reason) {
      set(index, ProduceReply.Result.failed(error, reason));
    }

    private void set(int index, ProduceReply.Result result) {
      if (results[index] != null) {
        return; // Only after a broken invariant: the first answer stands.
      }
      results[index] = result;
      if (--missing == 0) {
        @SuppressWarnings("NullAway") // none is missing
        List<ProduceReply.Result> all = Collections.unmodifiableList(Arrays.asList(results));
        outbox.reply(request.replyTo(), new ShardReply.Appended(request.correlationId(), all));
      }
    }
  }
}
