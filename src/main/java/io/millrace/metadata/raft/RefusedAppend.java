package io.millrace.metadata.raft;

import io.microraft.RaftEndpoint;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.impl.state.FollowerState;
import io.microraft.impl.state.LeaderState;
import io.microraft.model.message.AppendEntriesFailureResponse;

/**
 * What a member answers that does not have the entry before those it was sent, with where its log
 * ends. The library's leader goes back one entry for each such answer, so that a new member of a
 * long log, or one that was away for long, is asked once for every entry that it lacks. With the
 * end of the log the leader goes back there at once (Raft paper, section 5.3: "the protocol can be
 * optimized to reduce the number of rejected AppendEntries RPCs").
 *
 * @param answer the library's own
 * @param lastLogIndex of the last entry that the sender has, 0 for none; a hint: entries are still
 *     compared before any is taken
 */
record RefusedAppend(AppendEntriesFailureResponse answer, long lastLogIndex)
    implements AppendEntriesFailureResponse {
  static RefusedAppend by(RaftNodeImpl sender, AppendEntriesFailureResponse answer) {
    return new RefusedAppend(answer, sender.state().log().lastLogOrSnapshotIndex());
  }

  /**
   * Has the leader go back to the end of the sender's log.
   *
   * @return the answer for the library, which goes back by one entry more
   */
  AppendEntriesFailureResponse skippedBy(RaftNodeImpl leader) {
    LeaderState leading = leader.state().leaderState();
    FollowerState follower =
        leading == null ? null : leading.getFollowerStateOrNull(answer.getSender());
    if (follower == null || follower.nextIndex() != answer.getExpectedNextIndex()) {
      return answer;
    }
    long last = Math.max(lastLogIndex, follower.matchIndex());
    if (last >= follower.nextIndex() - 2) {
      return answer;
    }
    long next = last + 2;
    follower.nextIndex(next);
    return RaftBytesReader.MODELS
        .createAppendEntriesFailureResponseBuilder()
        .setGroupId(answer.getGroupId())
        .setSender(answer.getSender())
        .setTerm(answer.getTerm())
        .setExpectedNextIndex(next)
        .setQuerySequenceNumber(answer.getQuerySequenceNumber())
        .setFlowControlSequenceNumber(answer.getFlowControlSequenceNumber())
        .build();
  }

  @Override
  public Object getGroupId() {
    return answer.getGroupId();
  }

  @Override
  public RaftEndpoint getSender() {
    return answer.getSender();
  }

  @Override
  public int getTerm() {
    return answer.getTerm();
  }

  @Override
  public long getExpectedNextIndex() {
    return answer.getExpectedNextIndex();
  }

  @Override
  public long getQuerySequenceNumber() {
    return answer.getQuerySequenceNumber();
  }

  @Override
  public long getFlowControlSequenceNumber() {
    return answer.getFlowControlSequenceNumber();
  }
}
