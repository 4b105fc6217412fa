package io.millrace.log.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.NioDisk;
import io.millrace.log.segment.PartitionMeta;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartitionDirectoriesTest {
  private static final TopicPartition NAME = new TopicPartition(new TopicName("orders"), 0);
  private static final PartitionId FIRST = new PartitionId(new TopicId(1, 1), 0);
  private static final PartitionId SECOND = new PartitionId(new TopicId(2, 2), 0);

  @TempDir Path root;

  @Test
  void shouldFindAgainWhatWasCreatedAndIgnoreEverythingElse() throws IOException {
    // given
    PartitionDirectory created = scan().create(FIRST, NAME);
    Files.createDirectory(root.resolve("lost+found"));
    Files.createDirectory(root.resolve("metadata"));
    Files.createDirectory(root.resolve("orders-01"));
    Files.writeString(root.resolve("notes.txt"), "x");
    // when
    PartitionDirectories found = scan();
    // then
    assertThat(found.present()).containsOnlyKeys(FIRST).containsValue(created);
    assertThat(found.unreadable()).isEmpty();
  }

  @Test
  void shouldNeverShowAnOldTopicsFilesToANewTopicOfTheName() throws IOException {
    // given
    PartitionDirectories directories = scan();
    PartitionDirectory old = directories.create(FIRST, NAME);
    Files.writeString(old.path().resolve("00000000000000000000.log"), "old");
    // when
    PartitionDirectory young = directories.create(SECOND, NAME);
    // then
    assertThat(young.path()).isEqualTo(old.path());
    assertThat(new NioDisk().list(young.path())).containsExactly(PartitionMeta.FILE_NAME);
    assertThat(scan().present()).containsOnlyKeys(SECOND);
    assertThat(root.resolve(FIRST + ".deleted/00000000000000000000.log")).hasContent("old");
  }

  @Test
  void shouldReturnTheSameDirectoryForTheSameTopic() throws IOException {
    // given
    PartitionDirectories directories = scan();
    PartitionDirectory one = directories.create(FIRST, NAME);
    Files.writeString(one.path().resolve("00000000000000000000.log"), "kept");
    // when
    PartitionDirectory two = directories.create(FIRST, NAME);
    // then
    assertThat(two).isEqualTo(one);
    assertThat(two.path().resolve("00000000000000000000.log")).hasContent("kept");
  }

  @Test
  void shouldTakeTheNameAtOnceAndTheFilesLater() throws IOException {
    // given
    PartitionDirectories directories = scan();
    directories.create(FIRST, NAME);
    // when
    directories.delete(FIRST);
    directories.delete(FIRST);
    // then
    assertThat(scan().present()).isEmpty();
    assertThat(new NioDisk().list(root)).containsExactly(FIRST + ".deleted");
    directories.removeDeleted();
    assertThat(new NioDisk().list(root)).isEmpty();
  }

  @Test
  void shouldRemoveWhatWasNeverFinished() throws IOException {
    // given
    Path unfinished = Files.createDirectory(root.resolve(FIRST + ".creating"));
    Files.writeString(unfinished.resolve(PartitionMeta.FILE_NAME), "");
    // when
    PartitionDirectories directories = scan();
    // then
    assertThat(directories.present()).isEmpty();
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void shouldLeaveAloneWhatDoesNotSayWhoseItIs() throws IOException {
    // given
    Path directory = scan().create(FIRST, NAME).path();
    Files.writeString(directory.resolve(PartitionMeta.FILE_NAME), "version=1\ntopic.id=?\n");
    // when
    PartitionDirectories directories = scan();
    // then
    assertThat(directories.present()).isEmpty();
    assertThat(directories.unreadable()).containsOnlyKeys("orders-0");
    assertThatThrownBy(() -> directories.create(SECOND, NAME))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("orders-0/partition.meta");
    assertThat(directory.resolve(PartitionMeta.FILE_NAME)).exists();
  }

  @Test
  void shouldRefuseAMetaFileThatIsDamagedOrMissing() throws IOException {
    // given
    Path meta = scan().create(FIRST, NAME).path().resolve(PartitionMeta.FILE_NAME);
    byte[] good = Files.readAllBytes(meta);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      Files.write(meta, bad);
      // when / then
      assertThat(scan().unreadable()).containsOnlyKeys("orders-0");
    }
    Files.write(meta, new byte[100_000]);
    assertThat(scan().unreadable()).containsOnlyKeys("orders-0");
    Files.delete(meta);
    assertThat(scan().unreadable()).containsOnlyKeys("orders-0");
  }

  private PartitionDirectories scan() throws IOException {
    return PartitionDirectories.scan(new NioDisk(), root);
  }
}
