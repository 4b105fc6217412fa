package io.millrace.metadata.raft;

import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.report.RaftTerm;
import io.microraft.statemachine.StateMachine;
import io.millrace.metadata.AppliedState;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.file.ProposalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies what the members have committed. Its index counts proposals and nothing else, so it does
 * not depend on how many entries Raft needed, and is the one that the log had on a single node.
 *
 * <p>An entry that cannot be read, or that breaks a rule, was never decided by a controller: the
 * fuse blows, where the library would go on with the next entry.
 *
 * <p>Threading: the thread of Raft.
 */
final class ReplicatedState implements StateMachine {
  private final MemberId self;
  private final ProposalBytes bytes;
  private final Fuse fuse;
  private final RaftEvents events;
  private final CommittedFeed feed;
  private final AppliedState applied = new AppliedState(MetadataState.empty());
  private @Nullable RaftNode node;

  ReplicatedState(
      MemberId self, ProposalBytes bytes, Fuse fuse, RaftEvents events, CommittedFeed feed) {
    this.self = self;
    this.bytes = bytes;
    this.fuse = fuse;
    this.events = events;
    this.feed = feed;
  }

  /** The node that this belongs to, before it starts. */
  void attach(RaftNode newNode) {
    node = newNode;
  }

  MetadataState state() {
    return applied.state();
  }

  private RaftTerm term() {
    RaftNode attached = node;
    if (attached == null) {
      throw new IllegalStateException("the state belongs to no node yet");
    }
    return attached.getTerm();
  }

  @Override
  public @Nullable Object runOperation(long index, Object operation) {
    if (operation instanceof RaftOperation.NewTerm newTerm) {
      begun(newTerm);
      return null;
    }
    if (operation instanceof RaftOperation.Proposed proposed) {
      return apply(index, proposed.bytes());
    }
    return null;
  }

  private void begun(RaftOperation.NewTerm newTerm) {
    RaftEndpoint leader = term().getLeaderEndpoint();
    if (newTerm.leader().equals(self)
        && newTerm.term() == term().getTerm()
        && leader != null
        && RaftMember.idOf(leader).equals(self)) {
      events.onElected(newTerm.term());
    }
  }

  private MetadataLog.Outcome apply(long index, byte[] encoded) {
    try {
      fuse.check();
      Proposal proposal = bytes.decodeProposal(ByteBuffer.wrap(encoded));
      MetadataLog.Outcome outcome = applied.apply(proposal);
      feed.committed(applied.state(), encoded);
      events.onState(applied.state());
      return outcome;
    } catch (IOException | RuntimeException e) {
      throw blown("entry " + index + " cannot be applied: " + e.getMessage(), e);
    }
  }

  private IllegalStateException blown(String what, Exception cause) {
    IllegalStateException failure = new IllegalStateException(what, cause);
    fuse.blow(failure);
    return failure;
  }

  @Override
  public void takeSnapshot(long index, Consumer<Object> chunks) {
    SnapshotChunks.of(applied.state(), bytes)
        .forEach(chunk -> chunks.accept(new RaftOperation.ChunkBytes(chunk)));
  }

  @Override
  public void installSnapshot(long index, List<Object> chunks) {
    try {
      List<byte[]> parts =
          chunks.stream().map(chunk -> ((RaftOperation.ChunkBytes) chunk).bytes()).toList();
      applied.restore(SnapshotChunks.state(parts, bytes));
      feed.restored(applied.state());
      events.onState(applied.state());
    } catch (IOException | RuntimeException e) {
      throw blown("the snapshot of entry " + index + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Object getNewTermOperation() {
    return new RaftOperation.NewTerm(term().getTerm(), self);
  }
}
