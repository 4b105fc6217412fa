package io.millrace.metadata;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.image.BrokerImage;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Carries requests from the controller to the log and their answers back. An answer that rests on
 * pending proposals waits for those; what rested on a proposal that was lost fails with
 * LEADER_NOT_AVAILABLE and may be asked again.
 *
 * <p>Invariant: no two proposals of a term follow the same one, unless the log has come to a state
 * in which the first cannot count any more. Else one that was decided after the second could count
 * after the first, whose number is the same. So once a proposal is lost nothing is decided before a
 * barrier has shown what became of it, and of those that were proposed since.
 *
 * <p>Threading: the owner thread of the log; stages complete there.
 */
public final class ControllerDriver implements MetadataLog.Listener {
  private static final long NO_TERM = -1;

  private final NodeId nodeId;
  private final MetadataLog log;
  private final Controller controller;
  private final Consumer<MetadataState> onState;
  private final Consumer<Throwable> onFailure;
  private final CompletableFuture<MetadataLog.Outcome> firstElection = new CompletableFuture<>();
  private final QuorumKeeper quorum;
  private Leadership leadership = Leadership.NOBODY;
  private boolean leading;
  private long electedTerm = NO_TERM;
  private boolean beginOwed;
  private Settlement settlement = Settlement.NONE;
  private long lostProposals;

  /** Whether it is known what became of all proposals but the pending ones. */
  private enum Settlement {
    NONE,
    /** A proposal was lost, and a barrier is under way behind it. */
    UNDER_WAY,
    /** The barrier failed while this node leads. */
    OWED
  }

  /** Hears whether this node is the controller. */
  public interface Leadership {
    /** Of a node that need not know. */
    Leadership NOBODY =
        new Leadership() {
          @Override
          public void onLeading() {}

          @Override
          public void onDeposed() {}
        };

    /** This node's term has begun: what it decides from here on may be committed. */
    void onLeading();

    void onDeposed();
  }

  /**
   * A driver that {@link #start} sets going.
   *
   * @param nodeId the node that is the controller when it leads
   * @param onState gets every committed state, before any stage that rests on it completes
   * @param onFailure is told when the log failed for good
   */
  public ControllerDriver(
      NodeId nodeId,
      MetadataLog log,
      Controller controller,
      Consumer<MetadataState> onState,
      Consumer<Throwable> onFailure) {
    this.nodeId = nodeId;
    this.log = log;
    this.controller = controller;
    this.onState = onState;
    this.onFailure = onFailure;
    this.quorum = new QuorumKeeper(log);
  }

  /** Tells this one from here on; to be called before {@link #start}. */
  public void watch(Leadership newLeadership) {
    leadership = newLeadership;
  }

  /** Whether this node's term as controller has begun and not ended. */
  public boolean isLeading() {
    return leading;
  }

  /** Has the log kept by whom the metadata says; to be called every now and then. */
  public void keepQuorum() {
    if (leading) {
      quorum.keep(controller.committed().cluster());
    }
  }

  /** Asks this driver's log whether this node still leads. */
  LeadershipRounds leadershipRounds() {
    return new LeadershipRounds(log);
  }

  /** Begins to follow the log. */
  public void start() {
    log.subscribe(this);
  }

  /**
   * Founds the cluster if there is none yet, and registers this node as a broker of it. For a node
   * that is its own controller: it waits until it was elected for the first time.
   *
   * @return the broker in its new life, after {@code onState} has seen it; from here on topics can
   *     be created and this node leads what it led before, in later epochs
   */
  public CompletionStage<BrokerImage> join(Membership membership) {
    return firstElection
        .thenCompose(elected -> execute(decider -> decider.found(membership.clusterId())))
        .thenCompose(founded -> execute(decider -> decider.registerBroker(membership.nodeId())))
        .thenCompose(
            broker ->
                execute(decider -> decider.brokers().raiseVersion()).thenApply(raised -> broker));
  }

  /**
   * Asks the controller, and the log if it grants.
   *
   * @return completes with the answer once it is durable and {@code onState} has seen it; fails
   *     with StreamException
   */
  public <T> CompletionStage<T> execute(Function<Controller, Decision<T>> request) {
    if (settlement == Settlement.OWED) {
      onLost();
    }
    if (settlement == Settlement.UNDER_WAY) {
      return CompletableFuture.failedFuture(unsettled());
    }
    Decision<T> decision = request.apply(controller);
    if (decision instanceof Decision.Propose<T> propose) {
      return propose(propose.proposal()).thenApply(applied -> propose.result());
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (controller.pendingProposals() == 0) {
      complete(answer, decision);
    } else {
      completeOnceCommitted(answer, decision);
    }
    return answer;
  }

  /**
   * What is pending may get lost. A barrier is not enough: that the log has not taken a proposal
   * may be known only after it.
   */
  private <T> void completeOnceCommitted(CompletableFuture<T> answer, Decision<T> decision) {
    long lostBefore = lostProposals;
    long restsOn = controller.committed().lastProposal() + controller.pendingProposals();
    log.readBarrier()
        .whenComplete(
            (state, error) -> {
              if (error != null) {
                answer.completeExceptionally(error);
              } else if (lostProposals != lostBefore || state.lastProposal() < restsOn) {
                answer.completeExceptionally(lost());
              } else {
                complete(answer, decision);
              }
            });
  }

  /** Tells the controller something that it keeps in mind only. */
  public void tell(Consumer<Controller> news) {
    news.accept(controller);
  }

  /** Asks what the controller has in mind, without a decision. */
  public <T> T ask(Function<Controller, T> question) {
    return question.apply(controller);
  }

  private static <T> void complete(CompletableFuture<T> answer, Decision<T> decision) {
    if (decision instanceof Decision.Refused<T> refused) {
      answer.completeExceptionally(new StreamException(refused.code(), refused.sentence()));
    } else {
      answer.complete(((Decision.Unchanged<T>) decision).result());
    }
  }

  private CompletionStage<MetadataLog.Outcome> propose(Proposal proposal) {
    CompletableFuture<MetadataLog.Outcome> done = new CompletableFuture<>();
    log.propose(proposal)
        .whenComplete(
            (outcome, error) -> {
              if (outcome == MetadataLog.Outcome.APPLIED) {
                done.complete(outcome);
              } else {
                onLost();
                done.completeExceptionally(error == null ? lost() : error);
              }
            });
    return done;
  }

  /** After the barrier the committed state has all that will ever come of the lost proposals. */
  private void onLost() {
    lostProposals++;
    long lostNow = lostProposals;
    settlement = Settlement.UNDER_WAY;
    log.readBarrier()
        .whenComplete(
            (state, error) -> {
              // Of several lost proposals the last one's barrier is the one that counts.
              if (lostNow == lostProposals) {
                settlement = error != null && leading ? Settlement.OWED : Settlement.NONE;
                if (error == null) {
                  controller.onProposalLost();
                }
              }
            });
  }

  private static StreamException lost() {
    return new StreamException(
        ErrorCode.LEADER_NOT_AVAILABLE,
        "the controller changed before this was decided; nothing was changed, ask again");
  }

  private static StreamException unsettled() {
    return new StreamException(
        ErrorCode.LEADER_NOT_AVAILABLE,
        "the controller does not know yet what became of an earlier change; ask again shortly");
  }

  @Override
  public void onState(MetadataState state) {
    controller.onCommitted(state);
    onState.accept(state);
  }

  @Override
  public void onElected(long term) {
    electedTerm = term;
    begin(term);
  }

  private void begin(long term) {
    propose(controller.onElected(nodeId, term))
        .whenComplete(
            (outcome, error) -> {
              if (error == null) {
                onBegun();
              } else if (electedTerm == term) {
                // Nothing may be decided in a term that did not begin.
                controller.onDeposed();
                beginOwed = true;
                if (!isLostAnswer(error)) {
                  firstElection.completeExceptionally(error);
                }
              }
            });
  }

  /** Whether it may have been done; what was refused for another reason has one for people. */
  private static boolean isLostAnswer(Throwable error) {
    return error instanceof StreamException known && known.code() == ErrorCode.LEADER_NOT_AVAILABLE;
  }

  private void onBegun() {
    leading = true;
    firstElection.complete(MetadataLog.Outcome.APPLIED);
    leadership.onLeading();
  }

  /**
   * Begins the term that could not begin, or of which nobody said that it has, while this node
   * leads the log: nobody else would. To be called every now and then.
   */
  public void beginIfOwed() {
    if (!beginOwed) {
      return;
    }
    beginOwed = false;
    long term = electedTerm;
    log.readBarrier()
        .whenComplete(
            (state, error) -> {
              if (electedTerm != term || leading) {
                return;
              }
              if (error != null) {
                beginOwed = true;
              } else if (state.controllerTerm() == term) {
                controller.onTermBegun();
                onBegun();
              } else {
                begin(term);
              }
            });
  }

  @Override
  public void onMembers(LogMembers members) {
    quorum.onMembers(members);
  }

  @Override
  public void onFounders(Set<MemberId> founders) {
    controller.brokers().onFounders(founders);
  }

  @Override
  public void onDeposed() {
    controller.onDeposed();
    electedTerm = NO_TERM;
    beginOwed = false;
    // A barrier of this leadership says nothing about the proposals of a later one.
    lostProposals++;
    settlement = Settlement.NONE;
    if (leading) {
      leading = false;
      leadership.onDeposed();
    }
  }

  @Override
  public void onFailure(Throwable cause) {
    onDeposed();
    firstElection.completeExceptionally(cause);
    onFailure.accept(cause);
  }
}
