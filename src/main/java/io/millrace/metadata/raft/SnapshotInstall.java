package io.millrace.metadata.raft;

import io.microraft.RaftNodeStatus;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.impl.log.RaftLog;
import io.microraft.impl.log.SnapshotChunkCollector;
import io.microraft.impl.state.RaftState;
import io.microraft.model.log.LogEntry;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the library leaves undone when a member takes a snapshot from another one (Raft paper,
 * figure 13, steps 6 and 7): it keeps what stands behind it in the log, and the members that this
 * says, although with another entry in the snapshot's place none of it was ever committed.
 *
 * <p>Threading: the thread of Raft.
 */
final class SnapshotInstall {
  private final RaftNodeImpl node;

  SnapshotInstall(RaftNodeImpl node) {
    this.node = node;
  }

  /** Whether this leader's snapshot ends with an entry that the log has: then all else is there. */
  boolean isNeedless(InstallSnapshotRequest request) {
    RaftState state = node.state();
    return request.getTerm() == state.term()
        && state.leader() != null
        && request.getSnapshotIndex() > state.commitIndex()
        && hasEntry(request.getSnapshotIndex(), request.getSnapshotTerm());
  }

  /** What tells the leader so; none for a snapshot that is not the leader's own. */
  @Nullable AppendEntriesSuccessResponse answer(InstallSnapshotRequest request) {
    if (!request.isSenderLeader()) {
      return null;
    }
    node.leaderHeartbeatReceived();
    return RaftBytesReader.MODELS
        .createAppendEntriesSuccessResponseBuilder()
        .setGroupId(request.getGroupId())
        .setSender(node.getLocalEndpoint())
        .setTerm(node.state().term())
        .setLastLogIndex(request.getSnapshotIndex())
        .setQuerySequenceNumber(request.getQuerySequenceNumber())
        .setFlowControlSequenceNumber(request.getFlowControlSequenceNumber())
        .build();
  }

  /**
   * Forgets the parts of a later snapshot that this leader does not have, such as one that its
   * predecessor began to send. The library would wait for the rest of those for ever.
   */
  void forgetLater(InstallSnapshotRequest request) throws IOException {
    RaftState state = node.state();
    SnapshotChunkCollector begun = state.snapshotChunkCollector();
    if (begun != null
        && request.isSenderLeader()
        && request.getTerm() >= state.term()
        && begun.getSnapshotIndex() > request.getSnapshotIndex()) {
      state.store().deleteSnapshotChunks(begun.getSnapshotIndex(), begun.getChunkCount());
      state.snapshotChunkCollector(null);
    }
  }

  private boolean hasEntry(long index, int term) {
    LogEntry entry = node.state().log().getLogEntry(index);
    return entry != null && entry.getTerm() == term;
  }

  /**
   * The parts of a snapshot are durable, and the log up to its entry is about to go. If it is
   * another member's, what was never committed goes with it.
   */
  void onReplacing(long snapshotIndex, int snapshotTerm) {
    RaftState state = node.state();
    if (snapshotIndex <= state.commitIndex() || hasEntry(snapshotIndex, snapshotTerm)) {
      return;
    }
    RaftLog log = state.log();
    if (log.lastLogOrSnapshotIndex() > snapshotIndex) {
      log.truncateEntriesFrom(snapshotIndex + 1);
    }
    if (state.committedGroupMembers() != state.effectiveGroupMembers()) {
      node.setStatus(RaftNodeStatus.ACTIVE);
      node.revertGroupMembers();
    }
  }
}
