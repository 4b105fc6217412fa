package io.millrace.metadata.raft;

import io.microraft.model.RaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.InstallSnapshotRequest.InstallSnapshotRequestBuilder;
import io.microraft.model.message.RaftMessage;
import io.millrace.metadata.MemberId;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads messages of other members, see {@link RaftMessageEncoding}. */
final class RaftMessageDecoding {
  /** All members of one log are of one group, and one bus has one log. */
  static final String GROUP = "metadata";

  private static final RaftModelFactory MODELS = RaftBytesReader.MODELS;

  private final RaftBytesReader in;
  private final RaftMember sender;
  private final int term;

  private RaftMessageDecoding(RaftBytesReader in, RaftMember sender, int term) {
    this.in = in;
    this.sender = sender;
    this.term = term;
  }

  /**
   * The message in these bytes, which must be all of it.
   *
   * @param self the member that reads
   * @throws UnreadableRaftBytesException if it is none, or of another release
   */
  static RaftMessage decode(ByteBuffer bytes, MemberId self) throws UnreadableRaftBytesException {
    RaftBytesReader in = new RaftBytesReader(bytes, self);
    int version = in.int8();
    if (version != RaftMessageEncoding.VERSION) {
      throw new UnreadableRaftBytesException(
          "a message has version "
              + version
              + ", this release reads "
              + RaftMessageEncoding.VERSION);
    }
    int kind = in.int8();
    RaftMember sender = in.member();
    int term = in.natural32();
    RaftMessage message = new RaftMessageDecoding(in, sender, term).body(kind);
    if (!in.isEnd()) {
      throw new UnreadableRaftBytesException("a message of kind " + kind + " has bytes left over");
    }
    return message;
  }

  private RaftMessage body(int kind) throws UnreadableRaftBytesException {
    return switch (kind) {
      case RaftMessageEncoding.APPEND -> append();
      case RaftMessageEncoding.APPENDED ->
          MODELS
              .createAppendEntriesSuccessResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(in.natural64())
              .setQuerySequenceNumber(in.natural64())
              .setFlowControlSequenceNumber(in.natural64())
              .build();
      case RaftMessageEncoding.REFUSED ->
          new RefusedAppend(
              MODELS
                  .createAppendEntriesFailureResponseBuilder()
                  .setGroupId(GROUP)
                  .setSender(sender)
                  .setTerm(term)
                  .setExpectedNextIndex(in.natural64())
                  .setQuerySequenceNumber(in.natural64())
                  .setFlowControlSequenceNumber(in.natural64())
                  .build(),
              in.natural64());
      case RaftMessageEncoding.SNAPSHOT -> snapshot();
      case RaftMessageEncoding.NEXT_CHUNK ->
          MODELS
              .createInstallSnapshotResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setSnapshotIndex(in.natural64())
              .setRequestedSnapshotChunkIndex(in.natural32())
              .setQuerySequenceNumber(in.natural64())
              .setFlowControlSequenceNumber(in.natural64())
              .build();
      default -> ballot(kind);
    };
  }

  private RaftMessage ballot(int kind) throws UnreadableRaftBytesException {
    return switch (kind) {
      case RaftMessageEncoding.PRE_VOTE ->
          MODELS
              .createPreVoteRequestBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(in.natural32())
              .setLastLogIndex(in.natural64())
              .build();
      case RaftMessageEncoding.PRE_VOTED ->
          MODELS
              .createPreVoteResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setGranted(in.bool())
              .build();
      case RaftMessageEncoding.VOTE ->
          MODELS
              .createVoteRequestBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(in.natural32())
              .setLastLogIndex(in.natural64())
              .setSticky(in.bool())
              .build();
      case RaftMessageEncoding.VOTED ->
          MODELS
              .createVoteResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setGranted(in.bool())
              .build();
      case RaftMessageEncoding.TAKE_OVER ->
          MODELS
              .createTriggerLeaderElectionRequestBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(in.natural32())
              .setLastLogIndex(in.natural64())
              .build();
      default -> throw new UnreadableRaftBytesException("a message of kind " + kind);
    };
  }

  private RaftMessage append() throws UnreadableRaftBytesException {
    int previousTerm = in.natural32();
    long previousIndex = in.natural64();
    long commitIndex = in.natural64();
    long query = in.natural64();
    long flow = in.natural64();
    List<LogEntry> entries = in.entries();
    if (!entries.isEmpty() && entries.get(0).getIndex() != previousIndex + 1) {
      throw new UnreadableRaftBytesException(
          "entries from " + entries.get(0).getIndex() + " on follow " + previousIndex);
    }
    return MODELS
        .createAppendEntriesRequestBuilder()
        .setGroupId(GROUP)
        .setSender(sender)
        .setTerm(term)
        .setPreviousLogTerm(previousTerm)
        .setPreviousLogIndex(previousIndex)
        .setCommitIndex(commitIndex)
        .setQuerySequenceNumber(query)
        .setFlowControlSequenceNumber(flow)
        .setLogEntries(entries)
        .build();
  }

  private RaftMessage snapshot() throws UnreadableRaftBytesException {
    InstallSnapshotRequestBuilder builder =
        MODELS
            .createInstallSnapshotRequestBuilder()
            .setGroupId(GROUP)
            .setSender(sender)
            .setTerm(term)
            .setSenderLeader(in.bool())
            .setSnapshotTerm(in.natural32());
    long index = in.natural64();
    int chunks = in.natural32();
    if (index == 0 || chunks == 0 || chunks > SnapshotChunks.MAX_CHUNKS) {
      throw new UnreadableRaftBytesException(
          "a snapshot of entry " + index + " in " + chunks + " parts");
    }
    builder.setSnapshotIndex(index).setTotalSnapshotChunkCount(chunks);
    if (in.bool()) {
      SnapshotChunk chunk = in.chunk();
      if (chunk.getIndex() != index || chunk.getSnapshotChunkCount() != chunks) {
        throw new UnreadableRaftBytesException(
            "a part of the snapshot of entry " + chunk.getIndex() + " comes for that of " + index);
      }
      builder.setSnapshotChunk(chunk);
    }
    return builder
        .setSnapshottedMembers(in.members())
        .setGroupMembersView(in.view())
        .setQuerySequenceNumber(in.natural64())
        .setFlowControlSequenceNumber(in.natural64())
        .build();
  }
}
