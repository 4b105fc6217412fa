package io.millrace.metadata.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.persistence.RestoredRaftState;
import java.util.List;

/**
 * Where a member's entries in memory begin, behind a snapshot.
 *
 * <p>The library compares what a leader sends with the entry before it, and with a snapshot only
 * while nothing follows that. A member that has a snapshot, and behind it only entries that were
 * never committed, so refuses every leader until the next snapshot is taken, which can be days
 * away. For exactly this place the comparison is made here: what follows a snapshot of the same
 * entry and term is handed over as if it followed nothing, and the answer is corrected by as much.
 *
 * @param index of the snapshot, 0 for none
 * @param term of the entry at that index
 * @param firstEntry the first index that the library has an entry of, if it has any
 * @param lastEntry the last one
 */
record SnapshotEdge(long index, int term, long firstEntry, long lastEntry) {
  static final SnapshotEdge NONE = new SnapshotEdge(0, 0, 1, 0);

  static SnapshotEdge of(RestoredRaftState restored) {
    SnapshotEntry snapshot = restored.getSnapshotEntry();
    long index = snapshot == null ? 0 : snapshot.getIndex();
    List<LogEntry> entries = restored.getLogEntries();
    long last = entries.isEmpty() ? index : entries.get(entries.size() - 1).getIndex();
    return new SnapshotEdge(index, snapshot == null ? 0 : snapshot.getTerm(), index + 1, last);
  }

  SnapshotEdge withLast(long entry) {
    return new SnapshotEdge(index, term, firstEntry, entry);
  }

  SnapshotEdge moved(long newIndex, int newTerm, long newFirstEntry) {
    return new SnapshotEdge(newIndex, newTerm, newFirstEntry, Math.max(lastEntry, newIndex));
  }

  /** Whether the library would refuse this although it follows the snapshot. */
  boolean isFollowedBy(AppendEntriesRequest append) {
    return index > 0
        && firstEntry > index
        && lastEntry > index
        && append.getPreviousLogIndex() == index
        && append.getPreviousLogTerm() == term;
  }

  /** The same entries, as if they followed nothing; what is committed is told by the next one. */
  static AppendEntriesRequest detached(AppendEntriesRequest append) {
    return RaftBytesReader.MODELS
        .createAppendEntriesRequestBuilder()
        .setGroupId(append.getGroupId())
        .setSender(append.getSender())
        .setTerm(append.getTerm())
        .setPreviousLogTerm(0)
        .setPreviousLogIndex(0)
        .setCommitIndex(0)
        .setLogEntries(append.getLogEntries())
        .setQuerySequenceNumber(append.getQuerySequenceNumber())
        .setFlowControlSequenceNumber(append.getFlowControlSequenceNumber())
        .build();
  }

  /** The answer to {@link #detached}, as the leader must read it. */
  AppendEntriesSuccessResponse attached(AppendEntriesSuccessResponse answer) {
    return RaftBytesReader.MODELS
        .createAppendEntriesSuccessResponseBuilder()
        .setGroupId(answer.getGroupId())
        .setSender(answer.getSender())
        .setTerm(answer.getTerm())
        .setLastLogIndex(index + answer.getLastLogIndex())
        .setQuerySequenceNumber(answer.getQuerySequenceNumber())
        .setFlowControlSequenceNumber(answer.getFlowControlSequenceNumber())
        .build();
  }
}
