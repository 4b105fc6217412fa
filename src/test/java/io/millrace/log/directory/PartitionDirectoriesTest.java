package io.millrace.log.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.NioDisk;
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
    assertThat(new NioDisk().list(young.path())).containsExactly(PartitionDirectory.META_FILE);
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
    Files.writeString(unfinished.resolve(PartitionDirectory.META_FILE), "");
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
    Files.writeString(directory.resolve(PartitionDirectory.META_FILE), "version=1\ntopic.id=?\n");
    // when
    PartitionDirectories directories = scan();
    // then
    assertThat(directories.present()).isEmpty();
    assertThat(directories.unreadable()).containsOnlyKeys("orders-0");
    assertThatThrownBy(() -> directories.create(SECOND, NAME))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("orders-0/partition.meta");
    assertThat(directory.resolve(PartitionDirectory.META_FILE)).exists();
  }

  @Test
  void shouldRefuseAMetaFileOfAnotherPartitionOrVersion() throws IOException {
    // given
    String id = FIRST.topicId().toString();
    // when / then
    assertBadMeta("version=1\ntopic.id=" + id + "\npartition=7\n", "partition 7");
    assertBadMeta("version=2\ntopic.id=" + id + "\npartition=0\n", "version 2");
    assertBadMeta("version=1\ntopic.id=" + id + "\n", "no partition");
    assertBadMeta("version=1\nversion=1\n", "'version' twice");
    assertBadMeta("nonsense", "expected key=value");
    assertBadMeta("", "no version");
    assertBadMeta("x".repeat(100_000), "expected at most");
  }

  private void assertBadMeta(String text, String words) throws IOException {
    Path directory = root.resolve("orders-0");
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(PartitionDirectory.META_FILE), text);
    assertThat(scan().unreadable().get("orders-0")).contains(words);
  }

  private PartitionDirectories scan() throws IOException {
    return PartitionDirectories.scan(new NioDisk(), root);
  }
}
