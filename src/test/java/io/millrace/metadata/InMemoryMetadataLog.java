package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A log that commits when a test says so, and can take in proposals of another controller between
 * those of this one.
 */
final class InMemoryMetadataLog implements MetadataLog {
  final List<Proposal> entries = new ArrayList<>();
  MetadataState state = MetadataState.empty();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private Listener listener;

  /** How often it was asked whether it leads. */
  int confirmations;

  /** Of the next proposal; those after it are taken. */
  Fate next = Fate.TAKEN;

  @Override
  public CompletionStage<Outcome> propose(Proposal proposal) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    Fate fate = next;
    next = Fate.TAKEN;
    waiting.add(
        () -> {
          Runnable fails =
              () -> done.completeExceptionally(new StreamException(ErrorCode.LEADER_NOT_AVAILABLE));
          switch (fate) {
            case TAKEN -> done.complete(enter(proposal));
            case UNANSWERED -> {
              enter(proposal);
              fails.run();
            }
            case REFUSED -> fails.run();
            case REFUSED_LATE -> waiting.add(fails);
          }
        });
    return done;
  }

  /** What becomes of a proposal. */
  enum Fate {
    TAKEN,
    /** It is committed and nobody says so. */
    UNANSWERED,
    REFUSED,
    /** It is not taken, and that is said behind what was asked later. */
    REFUSED_LATE
  }

  private Outcome enter(Proposal proposal) {
    boolean counts = ImageApplier.accepts(state, proposal);
    entries.add(proposal);
    state = ImageApplier.apply(state, state.index() + 1, proposal);
    Objects.requireNonNull(listener).onState(state);
    return counts ? Outcome.APPLIED : Outcome.DROPPED;
  }

  @Override
  public CompletionStage<MetadataState> readBarrier() {
    CompletableFuture<MetadataState> done = new CompletableFuture<>();
    waiting.add(() -> done.complete(state));
    return done;
  }

  /** Lets everything happen that waits, and what comes of it. */
  void run() {
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  /** What waits now takes longer than the test. */
  void hold() {
    waiting.clear();
  }

  /** Lets the first thing happen that waits. */
  void step() {
    waiting.remove().run();
  }

  /** An entry that this node's controller did not make. */
  void enterFromElsewhere(Proposal proposal) {
    enter(proposal);
  }

  Listener listener() {
    return listener;
  }

  /** Completes when {@link #run} says so. */
  @Override
  public CompletionStage<Void> confirmLeadership() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    confirmations++;
    waiting.add(() -> done.complete(null));
    return done;
  }

  @Override
  public CompletionStage<Void> changeMembers(LogMembers members) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void subscribe(Listener newListener) {
    listener = newListener;
    newListener.onState(state);
    newListener.onElected(state.controllerTerm() + 1);
  }

  @Override
  public CompletionStage<Void> close() {
    return CompletableFuture.completedFuture(null);
  }
}
