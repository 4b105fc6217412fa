package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks the log whether this node still leads, once for all who wait for an answer: one round is
 * under way at a time, and rounds begin so far apart that their number does not grow with that of
 * the brokers. Whoever comes while one is under way waits for the next, since what is answered now
 * may have been said before.
 *
 * <p>Threading: the owner thread of the log; times are monotonic and given.
 */
final class LeadershipRounds {
  private static final long APART_NANOS = 100_000_000;

  private final MetadataLog log;
  private List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private @Nullable Round underWay;
  private boolean begunBefore;
  private long begunNanos;

  /** Those whom one answer of the log serves. */
  private static final class Round {
    private final List<CompletableFuture<Void>> asking;

    Round(List<CompletableFuture<Void>> asking) {
      this.asking = asking;
    }
  }

  LeadershipRounds(MetadataLog log) {
    this.log = log;
  }

  /**
   * Completes when this node was confirmed to lead at a time after this call; fails with
   * StreamException.
   */
  CompletionStage<Void> confirm(long nowNanos) {
    CompletableFuture<Void> confirmed = new CompletableFuture<>();
    waiting.add(confirmed);
    tick(nowNanos);
    return confirmed;
  }

  /** Begins the next round if it is time; to be called often. */
  void tick(long nowNanos) {
    boolean isTooEarly = begunBefore && nowNanos - begunNanos < APART_NANOS;
    if (waiting.isEmpty() || underWay != null || isTooEarly) {
      return;
    }
    begunBefore = true;
    begunNanos = nowNanos;
    Round round = new Round(waiting);
    waiting = new ArrayList<>();
    underWay = round;
    log.confirmLeadership().whenComplete((confirmed, error) -> onDone(round, error));
  }

  private void onDone(Round round, @Nullable Throwable error) {
    if (underWay == round) {
      underWay = null;
    }
    for (CompletableFuture<Void> one : round.asking) {
      if (error == null) {
        one.complete(null);
      } else {
        one.completeExceptionally(error);
      }
    }
  }

  /** This node leads no more, whatever becomes of the round that is under way. */
  void onDeposed() {
    List<CompletableFuture<Void>> refused = waiting;
    waiting = new ArrayList<>();
    if (underWay != null) {
      refused.addAll(underWay.asking);
      underWay = null;
    }
    refused.forEach(
        one -> one.completeExceptionally(new StreamException(ErrorCode.NOT_CONTROLLER)));
  }
}
