package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.persistence.RestoredRaftState;
import io.millrace.architecture.SyncCalls;
import io.millrace.metadata.file.MetadataDirectory;
import io.millrace.metadata.file.SimulatedDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A member's files, stopped at every call that writes, syncs, renames or deletes; then the power
 * goes. Whatever was flushed must be there. {@code -Dmillrace.simulation.seeds} says how often the
 * disk tries its luck at each call.
 */
class RaftCrashTest {
  private static final int SEEDS = Integer.getInteger("millrace.simulation.seeds", 6);
  private static final int ENTRIES = 24;
  private static final int SNAPSHOT_ENTRIES = 5;

  /** What a member does, and what it may say after each flush. */
  private static final class Life {
    private int term;
    private long lastFlushed;
    private long snapshotFlushed;

    /** Runs to the end, or until the directory stops. */
    void run(SimulatedDirectory directory) {
      try {
        RaftFileStore store =
            RaftFileStore.open(directory, RaftSamples.SELF, new Fuse(e -> {}), RaftSamples.disk());
        begin(store);
        for (int i = 1; i <= ENTRIES; i++) {
          if (i % 7 == 0) {
            persistTerm(store, i / 7);
          }
          store.persistLogEntries(List.of(entry(i, term), entry(i + 1, 99)));
          store.truncateLogEntriesFrom(i + 1);
          store.flush();
          lastFlushed = i;
          if (i % SNAPSHOT_ENTRIES == 0) {
            snapshot(store, i);
          }
        }
        store.close();
      } catch (IOException e) {
        assertThat(directory.isStopped()).isTrue();
      }
    }

    private static void begin(RaftFileStore store) throws IOException {
      store.persistAndFlushLocalEndpoint(
          RaftBytesReader.MODELS
              .createRaftEndpointPersistentStateBuilder()
              .setLocalEndpoint(new RaftMember(RaftSamples.SELF))
              .setVoting(true)
              .build());
      store.persistAndFlushInitialGroupMembers(
          RaftBytesReader.MODELS
              .createRaftGroupMembersViewBuilder()
              .setLogIndex(0)
              .setMembers(Set.of(new RaftMember(RaftSamples.SELF)))
              .setVotingMembers(Set.of(new RaftMember(RaftSamples.SELF)))
              .build());
    }

    private void persistTerm(RaftFileStore store, int newTerm) throws IOException {
      store.persistAndFlushTerm(
          RaftBytesReader.MODELS
              .createRaftTermPersistentStateBuilder()
              .setTerm(newTerm)
              .setVotedFor(new RaftMember(RaftSamples.SELF))
              .build());
      term = newTerm;
    }

    private void snapshot(RaftFileStore store, long index) throws IOException {
      for (int part = 0; part < 2; part++) {
        store.persistSnapshotChunk(chunk(index, part));
      }
      store.flush();
      snapshotFlushed = index;
      store.truncateLogEntriesUntil(index - 1);
    }
  }

  private static LogEntry entry(long index, int term) {
    return RaftBytesReader.MODELS
        .createLogEntryBuilder()
        .setIndex(index)
        .setTerm(term)
        .setOperation(new RaftOperation.Proposed(new byte[] {(byte) index, 1, 2, 3}))
        .build();
  }

  private static SnapshotChunk chunk(long index, int part) {
    return RaftBytesReader.MODELS
        .createSnapshotChunkBuilder()
        .setIndex(index)
        .setTerm(0)
        .setSnapshotChunkIndex(part)
        .setSnapshotChunkCount(2)
        .setGroupMembersView(
            RaftBytesReader.MODELS
                .createRaftGroupMembersViewBuilder()
                .setLogIndex(0)
                .setMembers(Set.of(new RaftMember(RaftSamples.SELF)))
                .setVotingMembers(Set.of(new RaftMember(RaftSamples.SELF)))
                .build())
        .setOperation(new RaftOperation.ChunkBytes(new byte[40]))
        .build();
  }

  @Test
  void shouldGiveBackEverythingFlushedAfterAPowerLossAtAnyCall() {
    assertThat(violations(what -> false)).isEmpty();
  }

  @Test
  void shouldMissEverySyncThatIsLeftOut() {
    for (String site : syncSites()) {
      boolean isMissed =
          !violations(site::equals).isEmpty() || lostAfterKillAndPowerLoss(site::equals) > 0;
      assertThat(isMissed).as(site).isTrue();
    }
  }

  @Test
  void shouldComeToEverySyncOfTheCode() throws IOException {
    assertThat(syncSites().stream().map(site -> site.replaceFirst(" .*", "")))
        .containsAll(
            SyncCalls.of(
                    "io.millrace.metadata",
                    Set.of(MetadataDirectory.class, MetadataDirectory.AppendFile.class),
                    className -> false)
                .stream()
                .filter(site -> site.startsWith("Raft"))
                .toList());
  }

  @Test
  void shouldKeepWhatItShowedAfterAKillWhenThePowerGoesNext() {
    assertThat(lostAfterKillAndPowerLoss(what -> false)).isZero();
  }

  @Test
  void shouldSayNothingAfterAnErrorOfTheDisk() throws IOException {
    // given
    SimulatedDirectory directory = new SimulatedDirectory();
    List<Throwable> blown = new ArrayList<>();
    RaftFileStore store =
        RaftFileStore.open(directory, RaftSamples.SELF, new Fuse(blown::add), RaftSamples.disk());
    Life.begin(store);
    store.persistLogEntries(List.of(entry(1, 0)));
    directory.stopAtCall(directory.calls() + 2);

    // then
    assertThat(failureOf(store)).isNotNull();
    assertThat(failureOf(store)).hasMessageContaining("failed before");
    assertThat(blown).hasSize(1);
  }

  private static IOException failureOf(RaftFileStore store) {
    try {
      store.flush();
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private static Set<String> syncSites() {
    SimulatedDirectory directory = new SimulatedDirectory();
    new Life().run(directory);
    restored(directory);
    return directory.syncSites();
  }

  private static RestoredRaftState restored(SimulatedDirectory directory) {
    try {
      return RaftFileStore.open(directory, RaftSamples.SELF, new Fuse(e -> {}), RaftSamples.disk())
          .restored()
          .orElse(null);
    } catch (IOException e) {
      throw new AssertionError("it cannot be opened", e);
    }
  }

  /** The first that went wrong, of every call to stop at and some luck of the disk. */
  private static List<String> violations(Predicate<String> ignoredSyncs) {
    boolean finished = false;
    for (int call = 1; !finished; call++) {
      for (int seed = 0; seed < SEEDS; seed++) {
        SimulatedDirectory directory = new SimulatedDirectory();
        directory.ignoreSyncs(ignoredSyncs);
        directory.stopAtCall(call);
        Life life = new Life();
        life.run(directory);
        finished = directory.calls() < call;
        SplittableRandom luck = new SplittableRandom(call * 1_000L + seed);
        SimulatedDirectory after = directory.afterPowerLoss(luck);
        // It dies again somewhere in the recovery.
        after.stopAtCall(1 + luck.nextInt(6));
        openOnce(after);
        String wrong = wrongWith(life, after.afterPowerLoss(luck));
        if (wrong != null) {
          return List.of("call " + call + ", seed " + seed + ": " + wrong);
        }
      }
    }
    return List.of();
  }

  private static void openOnce(SimulatedDirectory directory) {
    try {
      RaftFileStore.open(directory, RaftSamples.SELF, new Fuse(e -> {}), RaftSamples.disk())
          .close();
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }

  private static String wrongWith(Life life, SimulatedDirectory after) {
    RestoredRaftState state;
    try {
      state = restored(after);
    } catch (AssertionError e) {
      return String.valueOf(e.getCause());
    }
    if (state == null) {
      return life.lastFlushed == 0 && life.term == 0 ? null : "nothing is left";
    }
    if (state.getTermPersistentState().getTerm() < life.term) {
      return "term " + life.term + " was forgotten";
    }
    return wrongEntries(life, state);
  }

  private static String wrongEntries(Life life, RestoredRaftState state) {
    long index = state.getSnapshotEntry() == null ? 0 : state.getSnapshotEntry().getIndex();
    if (life.snapshotFlushed > SNAPSHOT_ENTRIES && index == 0) {
      return "there is no snapshot";
    }
    for (LogEntry entry : state.getLogEntries()) {
      index++;
      if (entry.getIndex() != index) {
        return "entry " + entry.getIndex() + " is at " + index;
      }
      if (entry.getTerm() == 99) {
        return "entry " + index + " was void";
      }
    }
    return index < life.lastFlushed ? life.lastFlushed + " was lost, " + index : null;
  }

  private static long last(SimulatedDirectory directory) {
    RestoredRaftState state = restored(directory);
    if (state == null) {
      return 0;
    }
    long snapshot = state.getSnapshotEntry() == null ? 0 : state.getSnapshotEntry().getIndex();
    return snapshot + state.getLogEntries().size();
  }

  private static int lostAfterKillAndPowerLoss(Predicate<String> ignoredSyncs) {
    int lost = 0;
    for (int call = 8; call < 40; call++) {
      SimulatedDirectory directory = new SimulatedDirectory();
      directory.stopAtCall(call);
      new Life().run(directory);
      SimulatedDirectory killed = directory.afterKill();
      killed.ignoreSyncs(ignoredSyncs);
      long shown = last(killed);
      long left = last(killed.afterPowerLoss(new SplittableRandom(call)));
      lost += left < shown ? 1 : 0;
    }
    return lost;
  }
}
