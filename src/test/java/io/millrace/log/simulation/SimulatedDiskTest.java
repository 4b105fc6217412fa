package io.millrace.log.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.DiskFile;
import io.millrace.log.DiskFullException;
import io.millrace.log.simulation.DiskOperation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SimulatedDiskTest {
  private static final Path DIRECTORY = Path.of("/data/t-0");
  private static final Path LOG = DIRECTORY.resolve("0.log");

  private final SimulatedDisk disk = new SimulatedDisk();

  @BeforeEach
  void makeTheDirectoryDurable() throws IOException {
    disk.createDirectories(DIRECTORY);
    disk.syncDirectory(Path.of("/"));
    disk.syncDirectory(Path.of("/data"));
  }

  @Test
  void shouldKeepOnlyWhatWasSyncedInAFileWhoseNameWasSynced() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    file.write(bytes("synced"), 0);
    file.sync();
    disk.syncDirectory(DIRECTORY);
    file.write(bytes(" and not"), 6);
    // when
    SimulatedDisk after = disk.afterPowerLoss(Loss.ALL_DROPPED, 1);
    // then
    assertThat(text(after, LOG)).isEqualTo("synced");
    assertThat(text(disk, LOG)).isEqualTo("synced and not");
    assertThat(text(disk.afterPowerLoss(Loss.NOTHING_LOST, 1), LOG)).isEqualTo("synced and not");
  }

  @Test
  void shouldLoseASyncedFileWhoseDirectoryWasNotSynced() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    file.write(bytes("synced"), 0);
    file.sync();
    // when
    SimulatedDisk after = disk.afterPowerLoss(Loss.NAMES_DROPPED, 1);
    // then
    assertThat(after.exists(LOG)).isFalse();
    assertThat(after.list(DIRECTORY)).isEmpty();
  }

  @Test
  void shouldBringBackDeletedAndRenamedNamesUntilTheDirectoryIsSynced() throws IOException {
    // given
    Path other = DIRECTORY.resolve("other");
    disk.open(LOG, true).close();
    disk.open(other, true).close();
    disk.syncDirectory(DIRECTORY);
    disk.delete(other);
    disk.rename(LOG, DIRECTORY.resolve("1.log"));
    // when
    SimulatedDisk before = disk.afterPowerLoss(Loss.NAMES_DROPPED, 1);
    disk.syncDirectory(DIRECTORY);
    SimulatedDisk after = disk.afterPowerLoss(Loss.NAMES_DROPPED, 1);
    // then
    assertThat(before.list(DIRECTORY)).containsExactlyInAnyOrder("0.log", "other");
    assertThat(after.list(DIRECTORY)).containsExactly("1.log");
  }

  @Test
  void shouldTearWritesAtSectorsAndKeepWhatWasSynced() throws IOException {
    // given
    byte[] old = new byte[4 * SimulatedFile.SECTOR_BYTES];
    byte[] young = new byte[old.length];
    Arrays.fill(old, (byte) 'o');
    Arrays.fill(young, (byte) 'y');
    DiskFile file = disk.open(LOG, true);
    file.write(ByteBuffer.wrap(old), 0);
    file.sync();
    disk.syncDirectory(DIRECTORY);
    file.write(ByteBuffer.wrap(young), 0);
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      // when
      byte[] torn = disk.afterPowerLoss(Loss.TORN, seed).bytes(LOG);
      // then
      StringBuilder sectors = new StringBuilder();
      for (int sector = 0; sector < 4; sector++) {
        int from = sector * SimulatedFile.SECTOR_BYTES;
        byte[] part = Arrays.copyOfRange(torn, from, from + SimulatedFile.SECTOR_BYTES);
        assertThat(part).containsOnly(part[0]);
        sectors.append((char) part[0]);
      }
      outcomes.add(sectors.toString());
    }
    assertThat(outcomes).hasSize(16);
  }

  @Test
  void shouldGiveTheSameDiskForTheSameSeed() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    disk.syncDirectory(DIRECTORY);
    for (int i = 0; i < 50; i++) {
      file.write(ByteBuffer.wrap(new byte[] {(byte) i, 1, 2, 3}), i * 100L);
    }
    // when
    byte[] one = disk.afterPowerLoss(Loss.TORN_BYTES, 7).bytes(LOG);
    byte[] two = disk.afterPowerLoss(Loss.TORN_BYTES, 7).bytes(LOG);
    // then
    assertThat(one).isEqualTo(two);
  }

  @Test
  void shouldNeverKeepAWriteBehindATruncationThatWasLost() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    disk.syncDirectory(DIRECTORY);
    file.write(bytes("aaaa"), 0);
    file.sync();
    file.truncate(2);
    file.write(bytes("bb"), 2);
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      // when
      outcomes.add(text(disk.afterPowerLoss(Loss.TORN_BYTES, seed), LOG).substring(0, 2));
      byte[] torn = disk.afterPowerLoss(Loss.TORN_BYTES, seed).bytes(LOG);
      // then
      assertThat(torn.length).isIn(2, 4);
      assertThat(torn[0]).isEqualTo((byte) 'a');
    }
    assertThat(outcomes).containsExactly("aa");
  }

  @Test
  void shouldStopAtTheNumberedOperationBeforeItTakesEffect() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    int soFar = disk.operations().size();
    disk.stopAt(soFar + 2);
    file.write(bytes("one"), 0);
    // when
    assertThatThrownBy(() -> file.write(bytes("two"), 3)).isInstanceOf(PowerLossError.class);
    // then
    assertThatThrownBy(file::sync).isInstanceOf(PowerLossError.class);
    assertThat(text(disk, LOG)).isEqualTo("one");
  }

  @Test
  void shouldLoseForGoodWhatAFailedSyncDidNotWrite() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    disk.syncDirectory(DIRECTORY);
    file.write(bytes("lost"), 0);
    disk.failWhen(operation -> operation.kind() == Kind.SYNC);
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessageContaining("0.log");
    disk.failWhen(operation -> false);
    // when
    file.write(bytes("x"), 4);
    byte[] before = disk.afterPowerLoss(Loss.ALL_DROPPED, 1).bytes(LOG);
    // then
    assertThat(before).isEmpty();
    assertThat(text(disk, LOG)).isEqualTo("lostx");
  }

  @Test
  void shouldWriteWhatFitsAndThenSayThatItIsFull() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    disk.setCapacityBytes(6);
    file.write(bytes("1234"), 0);
    // when
    assertThatThrownBy(() -> file.write(bytes("5678"), 4)).isInstanceOf(DiskFullException.class);
    // then
    assertThat(text(disk, LOG)).isEqualTo("123456");
    file.truncate(4);
    file.write(bytes("56"), 4);
    assertThat(disk.usableBytes(LOG)).isZero();
  }

  @Test
  void shouldIgnoreOnlyTheSyncsThatItIsToldToAndNameTheirSites() throws IOException {
    // given
    disk.ignoreSyncs(operation -> operation.path().equals(LOG));
    DiskFile file = disk.open(LOG, true);
    file.write(bytes("x"), 0);
    // when
    file.sync();
    disk.syncDirectory(DIRECTORY);
    // then
    assertThat(disk.afterPowerLoss(Loss.ALL_DROPPED, 1).bytes(LOG)).isEmpty();
    assertThat(disk.operations())
        .extracting(DiskOperation::kind)
        .endsWith(Kind.CREATE, Kind.WRITE, Kind.SYNC, Kind.SYNC_DIRECTORY);
  }

  @Test
  void shouldDeleteATreeNameByName() throws IOException {
    // given
    disk.open(LOG, true).close();
    disk.open(DIRECTORY.resolve("1.log"), true).close();
    int before = disk.operations().size();
    // when
    disk.delete(DIRECTORY);
    // then
    assertThat(disk.operations().subList(before, disk.operations().size()))
        .extracting(operation -> operation.path().getFileName().toString())
        .containsExactly("0.log", "1.log", "t-0");
    assertThat(disk.exists(DIRECTORY)).isFalse();
  }

  @Test
  void shouldReadWhileOpenWhatHasNoNameAnyMore() throws IOException {
    // given
    DiskFile file = disk.open(LOG, true);
    file.write(bytes("held"), 0);
    // when
    disk.delete(DIRECTORY);
    // then
    ByteBuffer target = ByteBuffer.allocate(4);
    assertThat(file.read(target, 0)).isEqualTo(4);
    assertThatThrownBy(() -> disk.open(LOG, false)).isInstanceOf(NoSuchFileException.class);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(SimulatedDisk disk, Path file) throws IOException {
    return new String(disk.bytes(file), StandardCharsets.UTF_8);
  }
}
