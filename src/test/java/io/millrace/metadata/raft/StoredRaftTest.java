package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.persistence.RestoredRaftState;
import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member that starts goes on from. */
class StoredRaftTest {
  private static final RaftMember SELF = new RaftMember(RaftSamples.SELF);
  private static final RaftGroupMembersView MEMBERS =
      RaftBytesReader.MODELS
          .createRaftGroupMembersViewBuilder()
          .setLogIndex(0)
          .setMembers(Set.of(SELF))
          .setVotingMembers(Set.of(SELF))
          .build();

  private final StoredRaft stored = new StoredRaft();

  @BeforeEach
  void begin() {
    stored.apply(new RaftRecord.Self(SELF, true));
    stored.apply(new RaftRecord.InitialMembers(MEMBERS));
    stored.apply(new RaftRecord.Term(5, null));
    entries(1, 10, 4);
    snapshot(10, 4);
    stored.compact();
    entries(11, 25, 4);
  }

  private void entries(long from, long to, int term) {
    for (long index = from; index <= to; index++) {
      stored.apply(
          new RaftRecord.Entry(
              RaftBytesReader.MODELS
                  .createLogEntryBuilder()
                  .setIndex(index)
                  .setTerm(term)
                  .setOperation(new RaftOperation.Barrier())
                  .build()));
    }
  }

  private void snapshot(long index, int term) {
    stored.apply(
        new RaftRecord.Chunk(
            RaftBytesReader.MODELS
                .createSnapshotChunkBuilder()
                .setIndex(index)
                .setTerm(term)
                .setSnapshotChunkIndex(0)
                .setSnapshotChunkCount(1)
                .setGroupMembersView(MEMBERS)
                .setOperation(new RaftOperation.ChunkBytes(new byte[3]))
                .build()));
  }

  @Test
  void shouldGoOnFromTheSnapshotBeforeTheLast() {
    // when
    snapshot(20, 4);
    stored.compact();

    // then
    RestoredRaftState restored = reread();
    assertThat(restored.getSnapshotEntry().getIndex()).isEqualTo(10);
    assertThat(restored.getLogEntries()).extracting(LogEntry::getIndex).first().isEqualTo(11L);
    assertThat(restored.getLogEntries()).hasSize(15);
  }

  @Test
  void shouldNotTakeWhatWasNeverCommittedForWhatASnapshotIsOf() {
    // when
    snapshot(20, 5);

    // then
    assertThat(reread().getSnapshotEntry().getIndex()).isEqualTo(20);

    // when
    stored.compact();
    stored.apply(new RaftRecord.EntriesVoid(21));
    entries(21, 23, 5);

    // then
    RestoredRaftState restored = reread();
    assertThat(restored.getSnapshotEntry().getIndex()).isEqualTo(20);
    assertThat(restored.getSnapshotEntry().getTerm()).isEqualTo(5);
    assertThat(restored.getLogEntries())
        .extracting(LogEntry::getIndex)
        .containsExactly(21L, 22L, 23L);
    assertThat(restored.getLogEntries()).extracting(LogEntry::getTerm).containsOnly(5);
  }

  /** By way of the records that would be written. */
  private RestoredRaftState reread() {
    StoredRaft again = new StoredRaft();
    for (byte[] record : stored.records()) {
      try {
        again.apply(RaftRecord.read(ByteBuffer.wrap(record), RaftSamples.SELF));
      } catch (UnreadableRaftBytesException e) {
        throw new AssertionError(e);
      }
    }
    return again.restored().orElseThrow();
  }
}
