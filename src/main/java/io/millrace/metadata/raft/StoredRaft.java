package io.millrace.metadata.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.persistence.RestoredRaftState;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the records of a member's file come to.
 *
 * <p>Invariant: entries follow each other without a gap, but for one that a snapshot from another
 * member bridges.
 *
 * <p>The snapshot before the last is kept with the entries that lead from it to the last, and read
 * at a start: a member that knows a snapshot and only what was never committed behind it has
 * nothing in common with a leader to begin at, in the library's release that this runs on.
 */
final class StoredRaft {
  private RaftRecord.@Nullable Self self;
  private RaftRecord.@Nullable InitialMembers initialMembers;
  private RaftRecord.@Nullable Term term;
  private final NavigableMap<Long, LogEntry> entries = new TreeMap<>();
  private final NavigableMap<Long, NavigableMap<Integer, SnapshotChunk>> snapshots =
      new TreeMap<>();

  void apply(RaftRecord record) {
    if (record instanceof RaftRecord.Self newSelf) {
      self = newSelf;
    } else if (record instanceof RaftRecord.InitialMembers initial) {
      initialMembers = initial;
    } else if (record instanceof RaftRecord.Term newTerm) {
      term = newTerm;
    } else if (record instanceof RaftRecord.Entry entry) {
      entries.put(entry.entry().getIndex(), entry.entry());
    } else if (record instanceof RaftRecord.Chunk chunk) {
      snapshots
          .computeIfAbsent(chunk.chunk().getIndex(), index -> new TreeMap<>())
          .put(chunk.chunk().getSnapshotChunkIndex(), chunk.chunk());
    } else if (record instanceof RaftRecord.EntriesVoid entriesVoid) {
      entries.tailMap(entriesVoid.fromIndex(), true).clear();
    } else if (record instanceof RaftRecord.ChunksVoid chunksVoid) {
      snapshots.remove(chunksVoid.snapshotIndex());
    }
  }

  /** Whether it says this already; with whom the log began is said once. */
  boolean has(RaftRecord record) {
    return record.equals(self)
        || (record instanceof RaftRecord.InitialMembers && initialMembers != null);
  }

  /** Forgets what the last whole snapshot and the one before it make needless. */
  void compact() {
    long last = lastWhole(Long.MAX_VALUE);
    if (last == 0) {
      return;
    }
    long from = startingPoint();
    snapshots.headMap(from, false).clear();
    entries.headMap(from, true).clear();
  }

  /** The snapshot to start from: the one before the last, if its entries lead to the last. */
  private long startingPoint() {
    long last = lastWhole(Long.MAX_VALUE);
    if (!isOfTheLastEntry(last)) {
      return last;
    }
    for (long previous = last; previous > 0; ) {
      previous = lastWhole(previous);
      if (hasAllBetween(previous, last)) {
        return previous;
      }
    }
    return last;
  }

  /**
   * Whether the entries up to a snapshot are those that made it. Of one that another member sent
   * they may be what was never committed; but where index and term of an entry are the same, so is
   * all that is before it (Raft paper, section 5.3).
   */
  private boolean isOfTheLastEntry(long snapshotIndex) {
    LogEntry entry = entries.get(snapshotIndex);
    return entry != null && entry.getTerm() == termOf(snapshotIndex);
  }

  private int termOf(long snapshotIndex) {
    return Objects.requireNonNull(snapshots.get(snapshotIndex)).firstEntry().getValue().getTerm();
  }

  private long lastWhole(long before) {
    for (var snapshot : snapshots.headMap(before, false).descendingMap().entrySet()) {
      NavigableMap<Integer, SnapshotChunk> chunks = snapshot.getValue();
      if (chunks.size() == chunks.firstEntry().getValue().getSnapshotChunkCount()) {
        return snapshot.getKey();
      }
    }
    return 0;
  }

  private boolean hasAllBetween(long after, long to) {
    return entries.subMap(after, false, to, true).size() == to - after;
  }

  /** Records that come to this. */
  List<byte[]> records() {
    List<RaftRecord> records = new ArrayList<>();
    addIfKnown(records, self);
    addIfKnown(records, initialMembers);
    addIfKnown(records, term);
    snapshots
        .values()
        .forEach(chunks -> chunks.values().forEach(c -> records.add(new RaftRecord.Chunk(c))));
    entries.values().forEach(entry -> records.add(new RaftRecord.Entry(entry)));
    return records.stream().map(RaftRecord::toBytes).toList();
  }

  private static void addIfKnown(List<RaftRecord> records, @Nullable RaftRecord record) {
    if (record != null) {
      records.add(record);
    }
  }

  /** What a member goes on from; none if it never began. */
  Optional<RestoredRaftState> restored() {
    if (self == null || initialMembers == null) {
      return Optional.empty();
    }
    long from = startingPoint();
    boolean votes = votes(self, from);
    RaftRecord.Term known = term == null ? new RaftRecord.Term(0, null) : term;
    return Optional.of(
        new RestoredRaftState(
            RaftBytesReader.MODELS
                .createRaftEndpointPersistentStateBuilder()
                .setLocalEndpoint(self.member())
                .setVoting(votes)
                .build(),
            initial(initialMembers.view(), self.member(), votes),
            RaftBytesReader.MODELS
                .createRaftTermPersistentStateBuilder()
                .setTerm(known.term())
                .setVotedFor(known.votedFor())
                .build(),
            from == 0 ? null : snapshot(from),
            new ArrayList<>(entriesBehind(from))));
  }

  /** As the members of the snapshot say; what follows the snapshot changes it again. */
  private boolean votes(RaftRecord.Self known, long snapshotIndex) {
    return snapshotIndex == 0
        ? known.votes()
        : snapshot(snapshotIndex).getGroupMembersView().getVotingMembers().contains(known.member());
  }

  /**
   * The members at the beginning; without this one if the snapshot takes its vote away. The library
   * would carry that out while it has nothing yet to write it down with.
   */
  private static RaftGroupMembersView initial(
      RaftGroupMembersView known, RaftMember self, boolean votes) {
    if (votes || !known.getVotingMembers().contains(self)) {
      return known;
    }
    return RaftBytesReader.MODELS
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(0)
        .setMembers(Set.of(RaftBytesReader.REMOVED))
        .setVotingMembers(Set.of(RaftBytesReader.REMOVED))
        .build();
  }

  private SnapshotEntry snapshot(long index) {
    List<SnapshotChunk> chunks =
        new ArrayList<>(Objects.requireNonNull(snapshots.get(index)).values());
    return RaftBytesReader.MODELS
        .createSnapshotEntryBuilder()
        .setIndex(index)
        .setTerm(chunks.get(0).getTerm())
        .setGroupMembersView(chunks.get(0).getGroupMembersView())
        .setSnapshotChunks(chunks)
        .build();
  }

  /** The entries that follow one without a gap. */
  private List<LogEntry> entriesBehind(long index) {
    List<LogEntry> behind = new ArrayList<>();
    for (LogEntry entry : entries.tailMap(index, false).values()) {
      if (entry.getIndex() != index + behind.size() + 1) {
        break;
      }
      behind.add(entry);
    }
    return behind;
  }
}
