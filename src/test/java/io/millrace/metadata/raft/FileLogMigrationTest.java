package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microraft.model.log.SnapshotChunk;
import io.microraft.persistence.RestoredRaftState;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.file.FileMetadataLog;
import io.millrace.metadata.file.NioMetadataDirectory;
import io.millrace.metadata.file.ProposalBytes;
import io.millrace.metadata.file.SimulatedDirectory;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLogMigrationTest {
  private static final SettingValues SETTINGS =
      BrokerSettings.of(Map.of("metadata.snapshot.records", "8"));
  private static final NodeId NODE = RaftSamples.SELF.nodeId();

  @TempDir private Path directory;

  @Test
  void shouldKeepEverythingWhereverItIsStopped() throws IOException {
    // given
    MetadataState before = runAlone(20);
    boolean finished = false;
    for (int call = 1; !finished; call++) {
      for (int seed = 0; seed < 12; seed++) {
        // when
        SimulatedDirectory migrating = copy();
        migrating.stopAtCall(migrating.calls() + call);
        try {
          FileLogMigration.run(migrating, config(RaftSamples.SELF));
          finished = true;
        } catch (IOException e) {
          assertThat(migrating.isStopped()).isTrue();
        }
        SimulatedDirectory after = stopped(migrating, seed);
        FileLogMigration.run(after, config(RaftSamples.SELF));

        // then
        MetadataState migrated = stateOf(after);
        assertThat(migrated.toRecords()).as("call %d", call).isEqualTo(before.toRecords());
        assertThat(migrated.index()).isEqualTo(before.index());
        assertThat(after.names()).hasSize(1);
      }
    }
  }

  /** The power goes; or the process is killed, begins again, and then the power goes. */
  private SimulatedDirectory stopped(SimulatedDirectory migrating, int seed) throws IOException {
    SplittableRandom luck = new SplittableRandom(seed);
    if (luck.nextBoolean()) {
      return migrating.afterPowerLoss(luck);
    }
    SimulatedDirectory killed = migrating.afterKill();
    FileLogMigration.run(killed, config(RaftSamples.SELF));
    return killed.afterPowerLoss(luck);
  }

  @Test
  void shouldElectInALaterTermThanAnyBefore() throws IOException {
    // given
    MetadataState before = runAlone(3);
    FileLogMigration.run(NioMetadataDirectory.open(directory), config(RaftSamples.SELF));

    // when
    int term =
        RaftFileStore.open(
                NioMetadataDirectory.open(directory),
                RaftSamples.SELF,
                new Fuse(e -> {}),
                RaftSamples.disk())
            .restored()
            .orElseThrow()
            .getTermPersistentState()
            .getTerm();

    // then
    assertThat((long) term).isEqualTo(before.controllerTerm());
  }

  @Test
  void shouldNotGoBackToBeingAlone() throws IOException {
    // given
    runAlone(3);
    FileLogMigration.run(NioMetadataDirectory.open(directory), config(RaftSamples.SELF));

    // then
    assertThatThrownBy(
            () -> FileMetadataLog.open(directory, SETTINGS, Runnable::run, Runnable::run))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIG))
        .hasMessageContaining("set cluster.seeds again");
  }

  @Test
  void shouldNotJoinAClusterWithMetadataOfItsOwn() throws IOException {
    // given
    runAlone(3);

    // then
    assertThatThrownBy(() -> FileLogMigration.isMember(config(RaftSamples.member(7).id())))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIG))
        .hasMessageContaining("--bootstrap");
  }

  private RaftConfig config(MemberId founder) {
    return new RaftConfig(
        directory, RaftSamples.SELF, new LogMembers(Set.of(founder), Set.of()), SETTINGS);
  }

  /** What a node that is alone comes to. */
  private MetadataState runAlone(int allocations) {
    FileMetadataLog log = FileMetadataLog.open(directory, SETTINGS, Runnable::run, Runnable::run);
    long term = log.recovered().controllerTerm() + 1;
    log.propose(new Proposal(term, 0, List.of(new ControllerElected(NODE))));
    for (int i = 0; i < allocations; i++) {
      log.propose(new Proposal(term, 1 + i, List.of(new ProducerIdsAllocated(NODE, 10L * i, 10))));
    }
    log.close();
    FileMetadataLog again = FileMetadataLog.open(directory, SETTINGS, Runnable::run, Runnable::run);
    MetadataState state = again.recovered();
    again.close();
    return state;
  }

  private SimulatedDirectory copy() throws IOException {
    SimulatedDirectory copy = new SimulatedDirectory();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        var copied = copy.append(String.valueOf(file.getFileName()));
        copied.append(ByteBuffer.wrap(Files.readAllBytes(file)));
        copied.sync();
      }
    }
    copy.sync();
    return copy;
  }

  private static MetadataState stateOf(SimulatedDirectory directory) throws IOException {
    RestoredRaftState restored =
        RaftFileStore.open(directory, RaftSamples.SELF, new Fuse(e -> {}), RaftSamples.disk())
            .restored()
            .orElseThrow();
    List<byte[]> parts = new ArrayList<>();
    for (Object chunk : (List<?>) restored.getSnapshotEntry().getOperation()) {
      parts.add(((RaftOperation.ChunkBytes) ((SnapshotChunk) chunk).getOperation()).bytes());
    }
    return SnapshotChunks.state(parts, new ProposalBytes(new MetadataRecordCodec()));
  }
}
