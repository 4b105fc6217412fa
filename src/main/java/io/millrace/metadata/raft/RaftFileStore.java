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
import io.millrace.metadata.file.MetadataDirectory.DiskFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a member must not forget. Records are collected and become one frame, written and
 * fsynced, when the library flushes: so a burst shares one fsync, and a frame that is not whole was
 * never spoken of.
 *
 * <p>A full disk is waited for. Any other error of the disk ends it: the fuse blows, and every
 * later call fails, since the library would go on to acknowledge what it could not flush.
 *
 * <p>Threading: the thread of Raft.
 */
final class RaftFileStore implements RaftStore {
  private static final Logger LOGGER = LoggerFactory.getLogger(RaftFileStore.class);

  private final RaftJournal journal;
  private final StoredRaft stored = new StoredRaft();
  private final Fuse fuse;
  private final FullDisk fullDisk;
  private final List<byte[]> unwritten = new ArrayList<>();
  private SnapshotEdge edge = SnapshotEdge.NONE;
  private SnapshotListener snapshotListener = (snapshotIndex, snapshotTerm) -> {};
  private long lastChunkIndex;
  private int lastChunkTerm;

  private RaftFileStore(RaftJournal journal, Fuse fuse, FullDisk fullDisk) {
    this.journal = journal;
    this.fuse = fuse;
    this.fullDisk = fullDisk;
    journal.recovered().forEach(stored::apply);
    edge = stored.restored().map(SnapshotEdge::of).orElse(SnapshotEdge.NONE);
  }

  /** Where the library's memory begins. */
  SnapshotEdge edge() {
    return edge;
  }

  /** Reads what a member kept. */
  static RaftFileStore open(
      MetadataDirectory directory, MemberId self, Fuse fuse, FullDisk fullDisk) throws IOException {
    return new RaftFileStore(RaftJournal.open(directory, self), fuse, fullDisk);
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

  /** Hears of each snapshot, once its parts are durable, before the log up to it goes. */
  @FunctionalInterface
  interface SnapshotListener {
    void onReplacing(long snapshotIndex, int snapshotTerm);
  }

  void onSnapshot(SnapshotListener newListener) {
    snapshotListener = newListener;
  }

  /** The library has a new snapshot: time to write only what is still needed. */
  @Override
  public void truncateLogEntriesUntil(long index) throws IOException {
    fuse.check();
    snapshotListener.onReplacing(lastChunkIndex, lastChunkTerm);
    edge = edge.moved(lastChunkIndex, lastChunkTerm, index + 1);
    stored.compact();
    List<byte[]> records = stored.records();
    try {
      guarded(() -> journal.replace(records));
      unwritten.clear();
    } catch (DiskFullException e) {
      // The file says the same with more words; the next snapshot's may be shorter.
      LOGGER.warn("there is no space to write the metadata log anew");
    }
  }

  @Override
  public void flush() throws IOException {
    fuse.check();
    while (!unwritten.isEmpty()) {
      try {
        guarded(() -> journal.append(unwritten));
        unwritten.clear();
        fullDisk.written();
      } catch (DiskFullException e) {
        if (!fullDisk.await()) {
          fuse.blow(e);
          throw e;
        }
      }
    }
  }

  private void guarded(Write write) throws IOException {
    try {
      write.run();
    } catch (DiskFullException e) {
      // Nothing was written.
      throw e;
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
