package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class NioDiskTest {
  private final NioDisk disk = new NioDisk();
  @TempDir Path directory;

  @Test
  void shouldReadBackWhatWasWrittenAtAPosition() throws IOException {
    // given
    Path path = directory.resolve("a.log");
    try (DiskFile file = disk.open(path, true)) {
      // when
      file.write(bytes("hello"), 0);
      file.write(bytes("world"), 5);
      file.sync();
      // then
      ByteBuffer target = ByteBuffer.allocate(6);
      assertThat(file.read(target, 4)).isEqualTo(6);
      assertThat(new String(target.array(), StandardCharsets.UTF_8)).isEqualTo("oworld");
      assertThat(file.size()).isEqualTo(10);
    }
    assertThat(Files.readString(path)).isEqualTo("helloworld");
  }

  @Test
  void shouldReadNothingAtTheEndAndLessAcrossIt() throws IOException {
    // given
    try (DiskFile file = disk.open(directory.resolve("a.log"), true)) {
      file.write(bytes("abc"), 0);
      // when
      ByteBuffer target = ByteBuffer.allocate(10);
      int across = file.read(target, 1);
      int atEnd = file.read(target, 3);
      // then
      assertThat(across).isEqualTo(2);
      assertThat(atEnd).isZero();
    }
  }

  @Test
  void shouldRefuseToOpenAMissingFileForReading() {
    // when / then
    assertThatThrownBy(() -> disk.open(directory.resolve("none"), false))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void shouldTruncateAndMoveBytesToAChannel() throws IOException {
    // given
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (DiskFile file = disk.open(directory.resolve("a.log"), true)) {
      file.write(bytes("0123456789"), 0);
      // when
      file.truncate(8);
      long moved = file.transferTo(2, 100, Channels.newChannel(sink));
      // then
      assertThat(moved).isEqualTo(6);
      assertThat(sink.toString(StandardCharsets.UTF_8)).isEqualTo("234567");
    }
  }

  @Test
  void shouldReplaceAFileByRename() throws IOException {
    // given
    Files.writeString(directory.resolve("new"), "new");
    Files.writeString(directory.resolve("old"), "old");
    // when
    disk.rename(directory.resolve("new"), directory.resolve("old"));
    disk.syncDirectory(directory);
    // then
    assertThat(disk.list(directory)).containsExactly("old");
    assertThat(Files.readString(directory.resolve("old"))).isEqualTo("new");
  }

  @Test
  void shouldDeleteTreesAndIgnoreWhatIsMissing() throws IOException {
    // given
    Path tree = directory.resolve("t/u");
    disk.createDirectories(tree);
    Files.writeString(tree.resolve("f"), "x");
    // when
    disk.delete(directory.resolve("t"));
    disk.delete(directory.resolve("t"));
    // then
    assertThat(disk.exists(directory.resolve("t"))).isFalse();
    assertThat(disk.list(directory.resolve("t"))).isEmpty();
  }

  @Test
  void shouldSayHowManyBytesAreFreeEvenBelowADirectoryThatDoesNotExistYet() throws IOException {
    // when / then
    assertThat(disk.usableBytes(directory.resolve("not/yet"))).isPositive();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldTellAFullDiskFromOtherErrors() throws IOException {
    // given
    Path full = Path.of("/dev/full");
    try (DiskFile file = disk.open(full, true)) {
      // when / then
      assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(DiskFullException.class);
    }
  }

  @Test
  void shouldFailToWriteThroughAReadOnlyFile() throws IOException {
    // given
    Files.writeString(directory.resolve("f"), "x");
    try (DiskFile file = disk.open(directory.resolve("f"), false)) {
      // when / then
      assertThatThrownBy(() -> file.write(bytes("y"), 0))
          .isInstanceOf(java.nio.channels.NonWritableChannelException.class);
    }
  }

  @Test
  void shouldHaveTheMachineMakeFilesAndNamesDurable(@TempDir Path aside) throws IOException {
    // given
    Path path = directory.resolve("a.log");
    try (FileForces forces = new FileForces(aside.resolve("forces.jfr"));
        DiskFile file = disk.open(path, true)) {
      file.write(bytes("hello"), 0);
      // when
      file.sync();
      disk.syncDirectory(directory);
      // then
      assertThat(forces.forced()).containsExactly(path, directory);
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
