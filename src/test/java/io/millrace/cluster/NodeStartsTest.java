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
    assertThat(count(Optional.of("known"))).isEqualTo(new NodeStarts("known", 2, Optional.empty()));
    assertThat(count(Optional.empty())).isEqualTo(new NodeStarts("known", 3, Optional.empty()));
  }

  @Test
  void shouldKeepWhoFounded() throws IOException {
    // given
    NodeStarts first = count(Optional.of("known"));

    // when
    NodeStarts joined = first.joined(directory, "0@founder");

    // then
    assertThat(joined).isEqualTo(new NodeStarts("known", 1, Optional.of("0@founder")));
    assertThat(count(Optional.empty()))
        .isEqualTo(new NodeStarts("known", 2, Optional.of("0@founder")));
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
