package io.millrace.log.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.NioDisk;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {
  private static final DirectoryIdentity IDENTITY =
      new DirectoryIdentity("AAAAAAAAAAAAAAAAAAAAAQ", new NodeId(3), "AAAAAAAAAAAAAAAAAAAAAg");
  private static final TopicPartition NAME = new TopicPartition(new TopicName("flights-eu"), 4);
  private static final PartitionId ID = new PartitionId(new TopicId(1, 2), 4);

  @TempDir Path temp;
  private Path path;
  private Path bootIdFile;
  private DataDirectory directory;

  @BeforeEach
  void openAnEmptyDirectory() throws IOException {
    path = temp.resolve("data");
    bootIdFile = temp.resolve("boot_id");
    Files.writeString(bootIdFile, "boot-1\n");
    directory = open();
  }

  @AfterEach
  void close() throws IOException {
    directory.close();
  }

  @Test
  void shouldHaveNeitherIdentityNorPartitionsAtFirst() {
    // then
    assertThat(directory.identity()).isEmpty();
    assertThat(directory.partitions()).isEmpty();
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.NEVER_STARTED);
    assertThat(directory.checkpointOf(ID)).isEqualTo(PartitionCheckpoint.NONE);
  }

  @Test
  void shouldKeepIdentityPartitionsAndCheckpointsOverACleanStop() throws IOException {
    // given
    PartitionCheckpoint checkpoint = new PartitionCheckpoint(30, 20, 10);
    start();
    PartitionDirectory created = directory.createPartition(ID, NAME);
    directory.closeCleanly(Map.of(ID, checkpoint));
    // when
    directory = open();
    // then
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.CLEAN);
    assertThat(directory.identity()).contains(IDENTITY);
    assertThat(directory.partitions()).containsExactly(Map.entry(ID, created));
    assertThat(created.path()).isEqualTo(path.resolve("flights-eu-4"));
    assertThat(directory.checkpointOf(ID)).isEqualTo(checkpoint);
  }

  @Test
  void shouldTellAKilledProcessFromALostMachineByTheBootId() throws IOException {
    // given
    start();
    directory.close();
    // when
    directory = open();
    PreviousStop sameBoot = directory.previousStop();
    directory.close();
    Files.writeString(bootIdFile, "boot-2\n");
    directory = open();
    PreviousStop otherBoot = directory.previousStop();
    // then
    assertThat(sameBoot).isEqualTo(PreviousStop.PROCESS_KILLED);
    assertThat(otherBoot).isEqualTo(PreviousStop.MACHINE_LOST);
  }

  @Test
  void shouldStayLostUntilItIsMarkedRunningAgain() throws IOException {
    // given
    start();
    directory.close();
    Files.writeString(bootIdFile, "boot-2\n");
    open().close();
    // when
    directory = open();
    PreviousStop afterAnInterruptedRecovery = directory.previousStop();
    directory.markRunning();
    directory.close();
    directory = open();
    // then
    assertThat(afterAnInterruptedRecovery).isEqualTo(PreviousStop.MACHINE_LOST);
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.PROCESS_KILLED);
  }

  @Test
  void shouldComeBackAsALostMachineWhereAReplicaLacksWhatIsCommitted() throws IOException {
    // given
    start();
    directory.lacksCommitted(ID, true);
    directory.close();
    // when
    directory = open();
    PreviousStop whileItLacks = directory.previousStop();
    directory.markRunning();
    directory.close();
    directory = open();
    // then
    assertThat(whileItLacks).isEqualTo(PreviousStop.MACHINE_LOST);
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.PROCESS_KILLED);
  }

  @Test
  void shouldNotStopCleanlyBeforeEveryReplicaHasWhatIsCommitted() throws IOException {
    // given
    start();
    directory.lacksCommitted(ID, true);
    directory.closeCleanly(Map.of());
    directory = open();
    PreviousStop whileItLacks = directory.previousStop();
    directory.markRunning();
    directory.lacksCommitted(ID, true);
    directory.lacksCommitted(ID, false);
    // when
    directory.closeCleanly(Map.of());
    directory = open();
    // then
    assertThat(whileItLacks).isEqualTo(PreviousStop.MACHINE_LOST);
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.CLEAN);
  }

  @Test
  void shouldStillNeedItsRecoveryWhenAReplicaIsWholeAgainBeforeIt() throws IOException {
    // given
    start();
    directory.close();
    Files.writeString(bootIdFile, "boot-2\n");
    directory = open();
    // when
    directory.lacksCommitted(ID, true);
    directory.lacksCommitted(ID, false);
    directory.close();
    directory = open();
    // then
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.MACHINE_LOST);
  }

  @Test
  void shouldTakeEveryUncleanStopForALostMachineWhereThereIsNoBootId() throws IOException {
    // given
    Files.delete(bootIdFile);
    start();
    directory.close();
    // when
    directory = open();
    // then
    assertThat(directory.previousStop()).isEqualTo(PreviousStop.MACHINE_LOST);
  }

  @Test
  void shouldNotRunWithoutAnIdentity() {
    // when / then
    assertThatThrownBy(directory::markRunning).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldRefuseASecondHolder() {
    // when / then
    assertRefused(
        this::open,
        ErrorCode.DATA_DIRECTORY_IN_USE,
        path.toString(),
        "pid " + ProcessHandle.current().pid());
  }

  @Test
  void shouldBeFreeAgainAfterARefusedOpening() throws IOException {
    // given
    directory.close();
    Files.writeString(path.resolve("meta.properties"), "version=9\n");
    assertRefused(
        this::open, ErrorCode.DATA_DIRECTORY_INVALID, "version 9", "this server knows version 1");
    Files.delete(path.resolve("meta.properties"));
    // when
    directory = open();
    // then
    assertThat(directory.identity()).isEmpty();
  }

  @Test
  void shouldRefuseAFileInItsPlace() throws IOException {
    // given
    Path file = Files.writeString(temp.resolve("file"), "x");
    // when / then
    assertRefused(
        () -> DataDirectory.open(new NioDisk(), file, new LocalMachine(bootIdFile)),
        ErrorCode.DATA_DIRECTORY_INVALID,
        "is a file, expected a directory");
  }

  @Test
  void shouldRefuseADirectoryWhoseParentIsMissing() {
    // when / then
    assertRefused(
        () ->
            DataDirectory.open(
                new NioDisk(), temp.resolve("no/data"), new LocalMachine(bootIdFile)),
        ErrorCode.DATA_DIRECTORY_INVALID,
        "it is missing, and so is " + temp.resolve("no"),
        "create it or mount its disk");
  }

  @Test
  void shouldSayWhoIsDeniedWhat() {
    // given
    Path denied = path.resolve(".lock");
    // when
    StreamException error =
        UnusableDirectory.because(path, new java.nio.file.AccessDeniedException(denied.toString()));
    // then
    assertThat(error.code()).isEqualTo(ErrorCode.DATA_DIRECTORY_INVALID);
    assertThat(error).hasMessageContainingAll(denied.toString(), "read and write");
  }

  @Test
  void shouldRefuseToBecomeAnotherMember() throws IOException {
    // given
    directory.establish(IDENTITY);
    directory.establish(IDENTITY);
    DirectoryIdentity other =
        new DirectoryIdentity("BBBBBBBBBBBBBBBBBBBBBB", new NodeId(3), IDENTITY.directoryId());
    // when / then
    assertRefused(
        () -> directory.establish(other),
        ErrorCode.CLUSTER_ID_MISMATCH,
        IDENTITY.clusterId(),
        other.clusterId());
  }

  @Test
  void shouldRefusePartitionsWithoutAnIdentity() throws IOException {
    // given
    start();
    directory.createPartition(ID, NAME);
    directory.close();
    Files.delete(path.resolve("meta.properties"));
    // when / then
    assertRefused(
        this::open, ErrorCode.DATA_DIRECTORY_INVALID, "partitions but no meta.properties");
  }

  @Test
  void shouldNeverTakeBackALogStartOffset() throws IOException {
    // given
    start();
    directory.createPartition(ID, NAME);
    directory.checkpoint(Map.of(ID, new PartitionCheckpoint(30, 30, 20)));
    // when
    directory.checkpoint(Map.of(ID, new PartitionCheckpoint(25, 25, 10)));
    // then
    assertThat(directory.checkpointOf(ID)).isEqualTo(new PartitionCheckpoint(25, 25, 20));
  }

  @Test
  void shouldForgetTheCheckpointsOfDeletedPartitions() throws IOException {
    // given
    start();
    directory.createPartition(ID, NAME);
    directory.checkpoint(Map.of(ID, new PartitionCheckpoint(30, 30, 20)));
    // when
    directory.deletePartition(ID);
    directory.checkpoint(Map.of(ID, new PartitionCheckpoint(31, 31, 20)));
    // then
    assertThat(CheckpointFile.decode(Files.readAllBytes(path.resolve("checkpoints")))).isEmpty();
  }

  @Test
  void shouldStartWithoutCheckpointsWhenTheyAreDamagedAndSayWhy() throws IOException {
    // given
    start();
    directory.createPartition(ID, NAME);
    directory.closeCleanly(Map.of(ID, new PartitionCheckpoint(30, 30, 20)));
    byte[] bytes = Files.readAllBytes(path.resolve("checkpoints"));
    bytes[20] ^= 1;
    Files.write(path.resolve("checkpoints"), bytes);
    // when
    directory = open();
    // then
    assertThat(directory.checkpointOf(ID)).isEqualTo(PartitionCheckpoint.NONE);
    assertThat(directory.checkpointDamage()).get().asString().contains("CRC");
  }

  private void start() throws IOException {
    directory.establish(IDENTITY);
    directory.markRunning();
  }

  private DataDirectory open() {
    return DataDirectory.open(new NioDisk(), path, new LocalMachine(bootIdFile));
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code, String... words) {
    assertThatThrownBy(call)
        .isInstanceOf(StreamException.class)
        .hasMessageContainingAll(words)
        .extracting(error -> ((StreamException) error).code())
        .isEqualTo(code);
  }
}
