package io.millrace.metadata.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.file.MetadataDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps what a member must not forget. Records are collected and become one frame, written and
 * fsynced, when the library flushes: so a burst shares one fsync, and a frame that is not whole was
 * never spoken of.
 *
 * <p>The first error of the disk ends it: the fuse blows, and every later call fails, since the
 * library would go on to acknowledge what it could not flush.
 *
 * <p>Threading: the thread of Raft.
 */
final class RaftFileStore implements RaftStore {
  private final RaftJournal journal;
  private final StoredRaft stored = new StoredRaft();
  private final Fuse fuse;
  private final List<byte[]> unwritten = new ArrayList<>();
  private SnapshotEdge edge = SnapshotEdge.NONE;
  private long lastChunkIndex;
  private int lastChunkTerm;

  private RaftFileStore(RaftJournal journal, Fuse fuse) {
    this.journal = journal;
    this.fuse = fuse;
    journal.recovered().forEach(stored::apply);
    edge = stored.restored().map(SnapshotEdge::of).orElse(SnapshotEdge.NONE);
  }

  /** Where the library's memory begins. */
  SnapshotEdge edge() {
    return edge;
  }

  /** Reads what a member kept. */
  static RaftFileStore open(MetadataDirectory directory, MemberId self, Fuse fuse)
      throws IOException {
    return new RaftFileStore(RaftJournal.open(directory, self), fuse);
  }

  /** What to go on from; none for a member that begins. */
  Optional<RestoredRaftState> restored() {
    return stored.restored();
  }

  private void keep(RaftRecord record) throws IOException {
    fuse.check();
    stored.apply(record);
    unwritten.add(record.toBytes());
  }

  @Override
  public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
    keepNews(new RaftRecord.Self((RaftMember) state.getLocalEndpoint(), state.isVoting()));
  }

  @Override
  public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
    keepNews(new RaftRecord.InitialMembers(members));
  }

  private void keepNews(RaftRecord record) throws IOException {
    if (!stored.has(record)) {
      keep(record);
      flush();
    }
  }

  @Override
  public void persistAndFlushTerm(RaftTermPersistentState state) throws IOException {
    keep(new RaftRecord.Term(state.getTerm(), (RaftMember) state.getVotedFor()));
    flush();
  }

  @Override
  public void persistLogEntries(List<LogEntry> entries) throws IOException {
    for (LogEntry entry : entries) {
      keep(new RaftRecord.Entry(entry));
      edge = edge.withLast(entry.getIndex());
    }
  }

  @Override
  public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
    keep(new RaftRecord.Chunk(chunk));
    lastChunkIndex = chunk.getIndex();
    lastChunkTerm = chunk.getTerm();
  }

  @Override
  public void truncateLogEntriesFrom(long index) throws IOException {
    keep(new RaftRecord.EntriesVoid(index));
    edge = edge.withLast(index - 1);
  }

  @Override
  public void deleteSnapshotChunks(long index, int count) throws IOException {
    keep(new RaftRecord.ChunksVoid(index));
  }

  /** The library has a new snapshot: time to write only what is still needed. */
  @Override
  public void truncateLogEntriesUntil(long index) throws IOException {
    fuse.check();
    edge = edge.moved(lastChunkIndex, lastChunkTerm, index + 1);
    stored.compact();
    unwritten.clear();
    List<byte[]> records = stored.records();
    guarded(() -> journal.replace(records));
  }

  @Override
  public void flush() throws IOException {
    fuse.check();
    if (!unwritten.isEmpty()) {
      guarded(() -> journal.append(unwritten));
      unwritten.clear();
    }
  }

  private void guarded(Write write) throws IOException {
    try {
      write.run();
    } catch (IOException | RuntimeException e) {
      fuse.blow(e);
      throw e;
    }
  }

  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }

  void close() throws IOException {
    journal.close();
  }
}
