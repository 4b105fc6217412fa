package io.millrace.verticle;

import io.millrace.bus.ProduceReply;
import io.millrace.group.GroupRecord;
import io.millrace.group.Outcome;
import io.millrace.group.Reply;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends what one coordinator decides, in order, and lets each reply go once everything that was
 * decided before it is committed. While appends are under way, further records are gathered, so
 * that under load one batch carries many decisions.
 *
 * <p>Invariants: batches are appended in the order of the decisions, each on the condition that
 * those before it are the end of the log; {@code appends under way <= MAX_UNDER_WAY}; the records
 * of one outcome are in one batch.
 *
 * <p>Threading: its coordinator's thread.
 */
final class CommitQueue {
  /** One on its way and one behind it: more would only make the batches smaller. */
  private static final int MAX_UNDER_WAY = 2;

  private static final int FIRST_CAPACITY_BYTES = 512;

  private final CoordinatorLog log;
  private final GroupRecordCodec codec;
  private final Listener listener;
  private final int leaderEpoch;
  private final int batchBytes;
  private final CompressionType compression;
  private final ArrayDeque<Batch> gathered = new ArrayDeque<>();
  private final ArrayDeque<Batch> underWay = new ArrayDeque<>();
  private long endOffset;
  private boolean ended;

  /**
   * A queue for a log that was read up to its end.
   *
   * @param batchBytes a batch that has reached this gets no more records
   */
  CommitQueue(
      CoordinatorLog log,
      GroupRecordCodec codec,
      CoordinatorLog.End end,
      int batchBytes,
      CompressionType compression,
      Listener listener) {
    this.log = log;
    this.codec = codec;
    this.leaderEpoch = end.leaderEpoch();
    this.endOffset = end.endOffset();
    this.batchBytes = batchBytes;
    this.compression = compression;
    this.listener = listener;
  }

  /** Hears what becomes of what was decided. */
  interface Listener {
    /** Everything that the reply rests on is committed. */
    void onCommitted(Reply reply);

    /**
     * Told once: an append was refused or its outcome is unknown; nothing is committed any more.
     */
    void onRefused(ErrorCode error, String reason);
  }

  /** Takes what was decided; {@link #flush} appends it. */
  void add(Outcome outcome, long nowMs) {
    if (ended) {
      return;
    }
    if (outcome.records().isEmpty()) {
      addReplies(outcome.replies());
      return;
    }
    Batch batch = gathered.peekLast();
    if (batch == null || batch.builder.sizeBytes() >= batchBytes) {
      batch = new Batch(new RecordBatchBuilder(compression, FIRST_CAPACITY_BYTES));
      gathered.add(batch);
    }
    for (GroupRecord record : outcome.records()) {
      batch.builder.append(nowMs, codec.key(record), codec.value(record), List.of());
    }
    batch.replies.addAll(outcome.replies());
  }

  /** Replies without records rest on what was decided before them. */
  private void addReplies(List<Reply> replies) {
    Batch last = gathered.isEmpty() ? underWay.peekLast() : gathered.peekLast();
    if (last == null) {
      replies.forEach(listener::onCommitted);
    } else {
      last.replies.addAll(replies);
    }
  }

  /** Whether {@link #flush} has something to do now. */
  boolean isFlushDue() {
    return !ended && !gathered.isEmpty() && underWay.size() < MAX_UNDER_WAY;
  }

  /** Appends what is gathered, as far as it may. */
  void flush() {
    while (isFlushDue()) {
      Batch batch = gathered.remove();
      AppendCondition condition = new AppendCondition(leaderEpoch, endOffset);
      batch.baseOffset = endOffset;
      endOffset += batch.builder.recordCount();
      underWay.add(batch);
      log.append(batch.builder.build(), condition, result -> onAppended(batch, result));
    }
  }

  private void onAppended(Batch batch, ProduceReply.Result result) {
    if (ended) {
      return;
    }
    if (result.error() != ErrorCode.NONE) {
      refused(result.error(), result.reason());
    } else if (result.baseOffset() != batch.baseOffset) {
      refused(
          ErrorCode.UNKNOWN_SERVER_ERROR,
          "a batch is at offset " + result.baseOffset() + ", expected " + batch.baseOffset);
    } else {
      batch.committed = true;
      release();
      flush();
    }
  }

  private void release() {
    @Nullable Batch first = underWay.peek();
    while (first != null && first.committed) {
      underWay.remove();
      first.replies.forEach(listener::onCommitted);
      first = underWay.peek();
    }
  }

  private void refused(ErrorCode error, String reason) {
    end();
    listener.onRefused(error, reason);
  }

  /** Nothing is appended or answered any more. */
  void end() {
    ended = true;
    gathered.forEach(batch -> batch.builder.close());
    gathered.clear();
    underWay.clear();
  }

  private static final class Batch {
    private final RecordBatchBuilder builder;
    private final List<Reply> replies = new ArrayList<>();
    private long baseOffset;
    private boolean committed;

    Batch(RecordBatchBuilder builder) {
      this.builder = builder;
    }
  }
}
