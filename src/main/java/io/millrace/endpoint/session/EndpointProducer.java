package io.millrace.endpoint.session;

import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.config.TopicSettings;
import io.millrace.record.BatchHeader;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes plain records to one partition as an idempotent producer of its own: one batch in flight,
 * and behind it everything gathers that comes meanwhile. So records keep the order in which they
 * came, and a batch whose outcome is unclear can be sent again without being written twice.
 *
 * <pre>
 *   IDLE -- records --> NEEDS_ID -- allocated --> SENDING -- answered --> IDLE or SENDING
 * </pre>
 *
 * <p>Invariant: {@code nextSequence} is the sequence after the last batch that is known to be
 * written under {@code producerId}; after an outcome that stays unknown the id is never used again.
 *
 * <p>Threading: its loop's event loop.
 */
final class EndpointProducer {
  private static final int RESEND_MS = 50;
  private static final int MAX_BATCH_BYTES = 1 << 20;

  /** Refusals before anything was written, which pass. */
  private static final Set<ErrorCode> RESENT =
      EnumSet.of(
          ErrorCode.NOT_LEADER_OR_FOLLOWER,
          ErrorCode.LEADER_NOT_AVAILABLE,
          ErrorCode.NOT_ENOUGH_REPLICAS,
          ErrorCode.THROTTLED);

  /** The partition knows the producer no longer, or not like this. */
  private static final Set<ErrorCode> ID_LOST =
      EnumSet.of(
          ErrorCode.UNKNOWN_PRODUCER_ID,
          ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
          ErrorCode.INVALID_PRODUCER_EPOCH,
          ErrorCode.DUPLICATE_SEQUENCE_NUMBER);

  private final SessionLoop loop;
  private final EndpointProducers producers;
  private final PartitionId partition;
  private final Pump pump = new Pump(this::step);
  private final ArrayDeque<PlainPart> queue = new ArrayDeque<>();
  private long producerId = BatchHeader.NO_PRODUCER_ID;
  private int nextSequence;
  private long queuedBytes;
  private boolean busy;
  private boolean closed;
  private @Nullable PlainBatch sending;

  EndpointProducer(SessionLoop loop, EndpointProducers producers, PartitionId partition) {
    this.loop = loop;
    this.producers = producers;
    this.partition = partition;
  }

  void add(PlainPart part) {
    queue.add(part);
    loop.timers().at(part.deadlineNanos, () -> expire(part));
    int lingerMs = loop.limits().batchLingerMs();
    queuedBytes += part.sizeBytes();
    if (lingerMs == 0 || queuedBytes >= loop.limits().batchBytes()) {
      pump.run();
    } else {
      loop.timers().at(loop.inMs(lingerMs), pump::run);
    }
  }

  private void expire(PlainPart part) {
    if (part.isDone()) {
      return;
    }
    if (part.inFlight() > 0) {
      part.failed(ErrorCode.UNKNOWN_OUTCOME, ErrorCode.UNKNOWN_OUTCOME.sentence());
    } else {
      part.failed(ErrorCode.REQUEST_TIMED_OUT, "the records waited too long for those before them");
    }
  }

  private void step() {
    if (busy || closed) {
      return;
    }
    queue.removeIf(part -> !part.hasNext());
    queuedBytes = 0;
    if (queue.isEmpty()) {
      return;
    }
    busy = true;
    if (producerId == BatchHeader.NO_PRODUCER_ID) {
      allocateId();
    } else {
      PlainBatch batch = PlainBatch.of(queue, maxBatchBytes(), loop.time().wallClockMs());
      batch.stamp(producerId, nextSequence);
      sending = batch;
      send(batch);
    }
  }

  private int maxBatchBytes() {
    return loop.image()
        .topic(partition.topicId())
        .map(topic -> topic.settings().get(TopicSettings.MAX_MESSAGE_BYTES))
        .map(max -> Math.min(max, MAX_BATCH_BYTES))
        .orElse(MAX_BATCH_BYTES);
  }

  private void allocateId() {
    loop.metadata()
        .allocateProducerId()
        .onComplete(
            allocated -> {
              busy = false;
              if (allocated.succeeded()) {
                producerId = allocated.result();
                nextSequence = 0;
              } else {
                failQueued(allocated.cause());
              }
              PlainBatch waiting = sending;
              if (waiting == null || closed) {
                pump.run();
              } else if (allocated.succeeded()) {
                busy = true;
                waiting.stamp(producerId, nextSequence);
                send(waiting);
              }
            });
  }

  private void failQueued(Throwable cause) {
    ErrorCode code =
        cause instanceof io.millrace.model.StreamException known
            ? known.code()
            : ErrorCode.UNKNOWN_SERVER_ERROR;
    String reason = "no producer id could be had: " + code.sentence();
    List<PlainPart> failed = List.copyOf(queue);
    queue.clear();
    PlainBatch batch = sending;
    sending = null;
    if (batch != null) {
      batch.failed(code, reason);
    }
    failed.forEach(part -> part.failed(code, reason));
  }

  private void send(PlainBatch batch) {
    ProduceRequest request =
        new ProduceRequest(
            List.of(new ProduceRequest.Entry(partition, batch.copy())),
            batch.acks(),
            loop.image().version(),
            batch.deadlineNanos());
    loop.partitions().produce(request, reply -> onReply(batch, reply.results().get(0)));
  }

  private void onReply(PlainBatch batch, ProduceReply.Result result) {
    ErrorCode error = result.error();
    boolean timeLeft = batch.deadlineNanos() - loop.inMs(RESEND_MS) > 0 && !closed;
    if (error == ErrorCode.NONE) {
      nextSequence = BatchHeader.sequenceAfter(nextSequence, batch.recordCount());
      settle(() -> batch.appended(result));
    } else if (error == ErrorCode.UNKNOWN_OUTCOME) {
      batch.noteUnclearAttempt();
      if (timeLeft) {
        resendLater(batch);
      } else {
        giveUp(batch, result);
      }
    } else if (RESENT.contains(error) && timeLeft) {
      resendLater(batch);
    } else if (ID_LOST.contains(error) && !batch.mayBeWritten() && timeLeft) {
      producerId = BatchHeader.NO_PRODUCER_ID;
      allocateId();
    } else {
      giveUp(batch, result);
    }
  }

  private void resendLater(PlainBatch batch) {
    loop.timers().at(loop.inMs(RESEND_MS), () -> send(batch));
  }

  private void giveUp(PlainBatch batch, ProduceReply.Result result) {
    if (batch.mayBeWritten() || ID_LOST.contains(result.error())) {
      producerId = BatchHeader.NO_PRODUCER_ID;
    }
    ErrorCode error = batch.mayBeWritten() ? ErrorCode.UNKNOWN_OUTCOME : result.error();
    String reason =
        error != result.error() || result.reason().isEmpty() ? error.sentence() : result.reason();
    settle(() -> batch.failed(error, reason));
  }

  private void settle(Runnable answer) {
    sending = null;
    busy = false;
    answer.run();
    pump.run();
    if (!busy && loop.image().topic(partition.topicId()).isEmpty()) {
      producers.forget(partition);
    }
  }

  /** Answers what waits. */
  void close() {
    closed = true;
    List<PlainPart> waiting = List.copyOf(queue);
    queue.clear();
    waiting.forEach(
        part -> {
          if (part.inFlight() == 0) {
            part.failed(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.sentence());
          }
        });
    PlainBatch batch = sending;
    if (batch != null) {
      batch.failed(ErrorCode.UNKNOWN_OUTCOME, ErrorCode.UNKNOWN_OUTCOME.sentence());
    }
  }
}
