package io.millrace.metadata;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The metadata log: a total order of proposals that every node sees and none ever loses.
 *
 * <p>Assumes: proposals of one node enter the log in the order in which they were made; they may be
 * lost or, if their answer is, committed all the same; what is committed stays. The listener sees
 * every committed entry applied, once, in order; several entries may come as one state. Any error
 * of the disk is final: the listener is told, every stage fails, and the process must stop, since
 * what was written is not known any more.
 *
 * <p>Threading: called on the owner thread that the log was given; listeners are called and stages
 * complete there too. Stages fail with {@link io.millrace.model.StreamException}: STORAGE_ERROR
 * after an error of the disk, THROTTLED for too many proposals at once, SHUTTING_DOWN when closed,
 * LEADER_NOT_AVAILABLE if this node does not lead, or leads no more and does not know what became
 * of it.
 */
public interface MetadataLog {
  /**
   * Puts a proposal to the log. The stage completes after the proposal is durable on a majority of
   * voters and the listener has seen the state that includes it.
   */
  CompletionStage<Outcome> propose(Proposal proposal);

  /**
   * Completes when the listener has seen everything that was committed, or proposed here, before
   * this call; with that state or a later one. Only the node that leads can know: others fail it
   * with LEADER_NOT_AVAILABLE.
   */
  CompletionStage<MetadataState> readBarrier();

  /**
   * Completes when a majority of the voters has said, of questions that were sent after this call,
   * that it follows nobody who was elected later: up to then nobody else was. It writes nothing.
   * While the majority cannot be asked it waits until this node knows that it leads no more, and
   * then fails with LEADER_NOT_AVAILABLE.
   */
  CompletionStage<Void> confirmLeadership();

  /**
   * Makes these the voters and learners, one member at a time, new voters once they have caught up.
   * Completes when all of it is committed; fails where it stopped, having done a part, and may then
   * be asked again. There is one change at a time; this one begins when the one before it ends.
   */
  CompletionStage<Void> changeMembers(LogMembers members);

  /** Starts to call this listener, at once with the present state. There is one listener. */
  void subscribe(Listener listener);

  /** Stops; completes when nothing is written any more and the files are closed. */
  CompletionStage<Void> close();

  /** What became of a proposal that is in the log. */
  enum Outcome {
    /** It counts. */
    APPLIED,
    /** It was decided from a state that the log was no longer in; nothing changed. */
    DROPPED
  }

  /** Sees what the log does. */
  interface Listener {
    /** The log came to this state. */
    void onState(MetadataState state);

    /** This node leads the log from here on, in a term larger than all before. */
    void onElected(long term);

    /** This node leads the log no more. */
    void onDeposed();

    /**
     * Who votes and learns, as this node knows it. On the node that leads, told before {@link
     * #onElected} and with every change.
     */
    default void onMembers(LogMembers members) {}

    /**
     * With whom the log began, told at once to whoever subscribes. One of them that is no member
     * any more can vote again, but not learn.
     */
    default void onFounders(Set<MemberId> founders) {}

    /** The log failed for good; the process must not go on. */
    void onFailure(Throwable cause);
  }
}
