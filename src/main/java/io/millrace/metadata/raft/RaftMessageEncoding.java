package io.millrace.metadata.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.TriggerLeaderElectionRequest;
import io.microraft.model.message.VoteRequest;
import io.microraft.model.message.VoteResponse;
import java.util.List;

/**
 * The bytes of a message between members; {@link RaftMessageDecoding} reads them.
 *
 * <pre>
 *   message := version uint8 = 1 | kind uint8 | sender member | term int32 | body
 *   body    := 1 append      previousTerm int32 | previousIndex int64 | commitIndex int64
 *                            | query int64 | flow int64 | count int32 | count entries
 *            | 2 appended    lastIndex int64 | query int64 | flow int64
 *            | 3 refused     expectedNextIndex int64 | query int64 | flow int64
 *                            | lastLogIndex int64
 *            | 4 snapshot    isLeader uint8 | snapshotTerm int32 | snapshotIndex int64
 *                            | chunks int32 | hasChunk uint8 | chunk | holders members | view
 *                            | query int64 | flow int64
 *            | 5 nextChunk   snapshotIndex int64 | chunk int32 | query int64 | flow int64
 *            | 6 preVote     lastTerm int32 | lastIndex int64
 *            | 7 preVoted    granted uint8
 *            | 8 vote        lastTerm int32 | lastIndex int64 | sticky uint8
 *            | 9 voted       granted uint8
 *            | 10 takeOver   lastTerm int32 | lastIndex int64
 * </pre>
 *
 * Members, views, entries and chunks are those of {@link RaftBytesWriter}. An append carries as
 * many of its entries as fit into {@link #ENTRIES_BYTES}, and one at least: the rest follows when
 * they are acknowledged, and no message outgrows what links between nodes take.
 */
final class RaftMessageEncoding {
  static final int VERSION = 1;
  static final int ENTRIES_BYTES = 256 * 1024;

  static final int APPEND = 1;
  static final int APPENDED = 2;
  static final int REFUSED = 3;
  static final int SNAPSHOT = 4;
  static final int NEXT_CHUNK = 5;
  static final int PRE_VOTE = 6;
  static final int PRE_VOTED = 7;
  static final int VOTE = 8;
  static final int VOTED = 9;
  static final int TAKE_OVER = 10;

  private RaftMessageEncoding() {}

  static byte[] encode(RaftMessage message) {
    RaftBytesWriter out = new RaftBytesWriter();
    out.int8(VERSION).int8(kindOf(message)).member(message.getSender()).int32(message.getTerm());
    if (message instanceof AppendEntriesRequest append) {
      append(out, append);
    } else if (message instanceof InstallSnapshotRequest snapshot) {
      snapshot(out, snapshot);
    } else {
      small(out, message);
    }
    return out.toBytes();
  }

  private static int kindOf(RaftMessage message) {
    if (message instanceof AppendEntriesRequest) {
      return APPEND;
    } else if (message instanceof AppendEntriesSuccessResponse) {
      return APPENDED;
    } else if (message instanceof RefusedAppend) {
      return REFUSED;
    } else if (message instanceof InstallSnapshotRequest) {
      return SNAPSHOT;
    } else if (message instanceof InstallSnapshotResponse) {
      return NEXT_CHUNK;
    } else if (message instanceof PreVoteRequest) {
      return PRE_VOTE;
    } else if (message instanceof PreVoteResponse) {
      return PRE_VOTED;
    } else if (message instanceof VoteRequest) {
      return VOTE;
    } else if (message instanceof VoteResponse) {
      return VOTED;
    } else if (message instanceof TriggerLeaderElectionRequest) {
      return TAKE_OVER;
    }
    throw new IllegalArgumentException("no message of Raft: " + message);
  }

  private static void append(RaftBytesWriter out, AppendEntriesRequest append) {
    out.int32(append.getPreviousLogTerm())
        .int64(append.getPreviousLogIndex())
        .int64(append.getCommitIndex())
        .int64(append.getQuerySequenceNumber())
        .int64(append.getFlowControlSequenceNumber());
    List<LogEntry> entries = append.getLogEntries();
    RaftBytesWriter encoded = new RaftBytesWriter();
    int count = 0;
    while (count < entries.size() && (count == 0 || encoded.size() < ENTRIES_BYTES)) {
      encoded.entry(entries.get(count));
      count++;
    }
    out.int32(count).raw(encoded);
  }

  private static void snapshot(RaftBytesWriter out, InstallSnapshotRequest snapshot) {
    out.bool(snapshot.isSenderLeader())
        .int32(snapshot.getSnapshotTerm())
        .int64(snapshot.getSnapshotIndex())
        .int32(snapshot.getTotalSnapshotChunkCount())
        .bool(snapshot.getSnapshotChunk() != null);
    if (snapshot.getSnapshotChunk() != null) {
      out.chunk(snapshot.getSnapshotChunk());
    }
    out.members(snapshot.getSnapshottedMembers())
        .view(snapshot.getGroupMembersView())
        .int64(snapshot.getQuerySequenceNumber())
        .int64(snapshot.getFlowControlSequenceNumber());
  }

  private static void small(RaftBytesWriter out, RaftMessage message) {
    if (message instanceof AppendEntriesSuccessResponse appended) {
      out.int64(appended.getLastLogIndex())
          .int64(appended.getQuerySequenceNumber())
          .int64(appended.getFlowControlSequenceNumber());
    } else if (message instanceof RefusedAppend refused) {
      out.int64(refused.getExpectedNextIndex())
          .int64(refused.getQuerySequenceNumber())
          .int64(refused.getFlowControlSequenceNumber())
          .int64(refused.lastLogIndex());
    } else if (message instanceof InstallSnapshotResponse nextChunk) {
      out.int64(nextChunk.getSnapshotIndex())
          .int32(nextChunk.getRequestedSnapshotChunkIndex())
          .int64(nextChunk.getQuerySequenceNumber())
          .int64(nextChunk.getFlowControlSequenceNumber());
    } else if (message instanceof PreVoteRequest preVote) {
      out.int32(preVote.getLastLogTerm()).int64(preVote.getLastLogIndex());
    } else if (message instanceof PreVoteResponse preVoted) {
      out.bool(preVoted.isGranted());
    } else if (message instanceof VoteRequest vote) {
      out.int32(vote.getLastLogTerm()).int64(vote.getLastLogIndex()).bool(vote.isSticky());
    } else if (message instanceof VoteResponse voted) {
      out.bool(voted.isGranted());
    } else if (message instanceof TriggerLeaderElectionRequest takeOver) {
      out.int32(takeOver.getLastLogTerm()).int64(takeOver.getLastLogIndex());
    }
  }
}
