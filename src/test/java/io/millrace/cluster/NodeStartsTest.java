package io.millrace.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeStartsTest {
  @TempDir private Path directory;

  private NodeStarts count(Optional<String> known) {
    return NodeStarts.count(directory, known, new Random(7));
  }

  @Test
  void shouldCountEachStartOfOneDirectory() {
    // when
    NodeStarts first = count(Optional.empty());
    NodeStarts second = count(Optional.empty());

    // then
    assertThat(first.starts()).isEqualTo(1);
    assertThat(second.starts()).isEqualTo(2);
    assertThat(second.directoryId()).isEqualTo(first.directoryId()).hasSize(22);
  }

  @Test
  void shouldTakeTheIdThatTheDirectoryHas() {
    // given
    count(Optional.empty());

    // when // then
    assertThat(count(Optional.of("known"))).isEqualTo(new NodeStarts("known", 2));
    assertThat(count(Optional.empty())).isEqualTo(new NodeStarts("known", 3));
  }

  @Test
  void shouldSayWhichFileIsDamaged() throws IOException {
    // given
    Files.writeString(directory.resolve(NodeStarts.FILE), "starts=many");

    // when // then
    assertThatThrownBy(() -> count(Optional.empty()))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining(NodeStarts.FILE);
  }
}
