package io.millrace.client;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends the batches of one partition: in order, some at a time, again after errors that pass.
 *
 * <p>An idempotent producer's batches are numbered when they are first sent, and keep their numbers
 * at every further attempt, so that the broker can tell one it has (KIP-98). Invariants:
 *
 * <ul>
 *   <li>the sequences in flight follow each other without a gap, oldest first
 *   <li>a batch that waits to be sent again is sent before any that was never sent
 *   <li>a batch whose outcome is unknown is never numbered anew: it is sent again as it was, or
 *       failed with UNKNOWN_OUTCOME, and with it those behind it
 *   <li>a batch is numbered under a later epoch only when nothing is in flight; from its append on
 *       the log refuses what an old connection may still hold of the epochs before
 * </ul>
 *
 * <p>Threading: the loop.
 */
final class PartitionSender {
  private final PartitionQueue queue;
  private final SendRules rules;
  private final BatchOutlet outlet;
  private final BufferMemory memory;
  private final Loop loop;
  private final Backoff backoff;

  private final ArrayDeque<ProduceBatch> inFlight = new ArrayDeque<>();
  private @Nullable ProducerIdentity identity;
  private int nextSequence;
  private @Nullable StreamException lastRefusal; // Since the last batch that was written.
  private boolean renumbering; // A later epoch begins as soon as nothing is in flight.
  private long notBeforeNanos;
  private boolean pumpRequested;
  private long pumpRequestedNanos;

  PartitionSender(
      PartitionQueue queue,
      SendRules rules,
      BatchOutlet outlet,
      BufferMemory memory,
      Loop loop,
      Backoff backoff) {
    this.queue = queue;
    this.rules = rules;
    this.outlet = outlet;
    this.memory = memory;
    this.loop = loop;
    this.backoff = backoff;
    this.notBeforeNanos = loop.nanoTime();
  }

  PartitionQueue queue() {
    return queue;
  }

  /** Sends what may be sent now. */
  void pump() {
    while (outlet.canSend()) {
      ProduceBatch batch = next(loop.nanoTime());
      if (batch == null) {
        return;
      }
      send(batch);
    }
  }

  private @Nullable ProduceBatch next(long nowNanos) {
    for (ProduceBatch batch : inFlight) {
      if (!batch.isSent()) {
        if (nowNanos - notBeforeNanos < 0) {
          pumpWhenRetryIsDue();
          return null;
        }
        return batch;
      }
    }
    if (inFlight.size() >= rules.maxInFlight() || (renumbering && !inFlight.isEmpty())) {
      return null;
    }
    if (rules.idempotent() && !claimIdentity()) {
      return null;
    }
    ProduceBatch batch = queue.take(nowNanos, outlet.isHurried());
    if (batch != null) {
      number(batch);
      inFlight.add(batch);
    }
    return batch;
  }

  private void pumpWhenRetryIsDue() {
    if (!pumpRequested || pumpRequestedNanos != notBeforeNanos) {
      pumpRequested = true;
      pumpRequestedNanos = notBeforeNanos;
      outlet.pumpAt(this, notBeforeNanos);
    }
  }

  private boolean claimIdentity() {
    ProducerIdentity mine = identity;
    if (renumbering) {
      renumbering = false;
      nextSequence = 0;
      if (mine != null && mine.next() == null) {
        outlet.retire(mine);
      }
      mine = mine == null ? null : mine.next();
    }
    identity = mine == null ? outlet.identity() : mine;
    return identity != null;
  }

  private void number(ProduceBatch batch) {
    if (identity != null) {
      batch.sequence(identity, nextSequence);
      nextSequence = BatchHeader.sequenceAfter(nextSequence, batch.recordCount());
    }
  }

  private void send(ProduceBatch batch) {
    int sizeBytes = batch.bytes().remaining();
    if (sizeBytes > outlet.maxBatchBytes()) {
      onFailure(
          batch,
          new StreamException(
              ErrorCode.MESSAGE_TOO_LARGE,
              "a batch has "
                  + sizeBytes
                  + " bytes, the broker accepts "
                  + outlet.maxBatchBytes()
                  + ": lower batch.size"));
      return;
    }
    batch.onSent(outlet.send(this, batch));
    if (rules.acks() == Acks.NONE) {
      onWritten(batch, RecordMetadata.UNKNOWN_OFFSET, -1);
    }
  }

  /** The broker has the batch. */
  void onWritten(ProduceBatch batch, long baseOffset, long logAppendTimeMs) {
    if (inFlight.remove(batch)) {
      giveBack(batch);
      lastRefusal = null;
      batch.succeed(baseOffset, logAppendTimeMs, loop);
      outlet.pumpAt(this, loop.nanoTime());
    }
  }

  /** The broker refused the batch, or did not answer. */
  void onFailure(ProduceBatch batch, StreamException failure) {
    if (!inFlight.contains(batch)) {
      return;
    }
    ErrorCode code = failure.code();
    if (code == ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
      onWritten(batch, RecordMetadata.UNKNOWN_OFFSET, -1);
      return;
    }
    if (!SendFailures.leavesOutcomeOpen(code)) {
      lastRefusal = failure;
    }
    boolean unknown = batch.isSent() && SendFailures.leavesOutcomeOpen(code);
    if (rules.idempotent() && SendFailures.isSequenceError(code) && inFlight.peek() != batch) {
      // A batch before it was refused: this one follows when that one is sent again.
      batch.onRetry(failure, false);
    } else if (code == ErrorCode.UNKNOWN_PRODUCER_ID && !batch.isOutcomeUnknown()) {
      startOver(List.copyOf(inFlight));
    } else if (mayRetry(batch, code)) {
      batch.onRetry(failure, unknown);
      waitBeforeRetry(batch, code);
    } else {
      giveUp(batch, failure, unknown);
    }
    outlet.pumpAt(this, loop.nanoTime());
  }

  private void waitBeforeRetry(ProduceBatch batch, ErrorCode code) {
    // A lost connection comes back with a back-off of its own.
    long delayMs = code == ErrorCode.CONNECTION_LOST ? 0 : backoff.delayMs(batch.attempts());
    notBeforeNanos = loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs);
    if (code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        || code == ErrorCode.NOT_LEADER_OR_FOLLOWER
        || code == ErrorCode.LEADER_NOT_AVAILABLE) {
      outlet.onTopicInDoubt(queue.topic());
    }
  }

  private boolean mayRetry(ProduceBatch batch, ErrorCode code) {
    boolean mayPass = code.retriable() || code == ErrorCode.UNKNOWN_OUTCOME;
    return mayPass && batch.attempts() <= rules.retries();
  }

  /** The end of a batch that is not known to be written. */
  private void giveUp(ProduceBatch batch, StreamException failure, boolean unknown) {
    boolean mayBeWritten = unknown || batch.isOutcomeUnknown();
    List<ProduceBatch> later = after(batch);
    inFlight.remove(batch);
    if (rules.idempotent()) {
      if (!mayBeWritten && later.isEmpty()) {
        // Nobody has seen its numbers: the next batch takes them.
        nextSequence = batch.baseSequence();
      } else if (!mayBeWritten) {
        // Without it, the broker takes none of those behind it under their numbers, ever.
        startOver(later);
      } else {
        renumber();
      }
    }
    fail(batch, mayBeWritten ? SendFailures.outcomeUnknown(failure) : failure);
    if (rules.idempotent() && mayBeWritten) {
      for (ProduceBatch behind : later) {
        abandon(behind, failure);
      }
    }
  }

  private List<ProduceBatch> after(ProduceBatch batch) {
    List<ProduceBatch> later = new ArrayList<>(inFlight);
    return List.copyOf(later.subList(later.indexOf(batch) + 1, later.size()));
  }

  /** Takes batches back, to be numbered anew under a later epoch. */
  private void startOver(List<ProduceBatch> batches) {
    for (ProduceBatch batch : batches) {
      if (batch.isSent()) {
        outlet.forget(batch.requestId());
        batch.onRetry(new StreamException(ErrorCode.UNKNOWN_PRODUCER_ID), false);
      }
      inFlight.remove(batch);
    }
    queue.putBack(batches);
    renumber();
  }

  /** The numbers begin anew: nothing of the ones before is to be accepted any more. */
  void renumber() {
    renumbering = true;
  }

  private void abandon(ProduceBatch batch, StreamException cause) {
    if (batch.isSent()) {
      outlet.forget(batch.requestId());
    }
    inFlight.remove(batch);
    fail(batch, batch.mayBeWritten() ? SendFailures.outcomeUnknown(cause) : cause);
  }

  /** Fails what is older than delivery.timeout.ms. */
  void expire() {
    long now = loop.nanoTime();
    ProduceBatch oldest = inFlight.peek();
    while (oldest != null && now - oldest.createdNanos() >= rules.deliveryTimeoutNanos()) {
      boolean unanswered = oldest.isSent();
      if (unanswered) {
        outlet.forget(oldest.requestId());
      }
      giveUp(oldest, SendFailures.timedOut(rules, oldest, lastRefusal), unanswered);
      oldest = inFlight.peek();
    }
    for (ProduceBatch batch : queue.takeBegunBefore(now - rules.deliveryTimeoutNanos() + 1)) {
      fail(batch, SendFailures.timedOut(rules, batch, lastRefusal));
    }
  }

  /** Fails everything. */
  void abort(StreamException cause) {
    queue.close();
    for (ProduceBatch batch : List.copyOf(inFlight)) {
      abandon(batch, cause);
    }
    for (ProduceBatch batch : queue.takeBegunBefore(loop.nanoTime() + 1)) {
      fail(batch, cause);
    }
  }

  private void fail(ProduceBatch batch, StreamException failure) {
    giveBack(batch);
    batch.fail(failure, loop);
  }

  private void giveBack(ProduceBatch batch) {
    memory.giveArray(batch.memory());
    memory.release(batch.reservedBytes());
  }

  /** All batches that are not done, oldest first. */
  List<ProduceBatch> batches() {
    List<ProduceBatch> all = new ArrayList<>(inFlight);
    all.addAll(queue.batches());
    return all;
  }
}
