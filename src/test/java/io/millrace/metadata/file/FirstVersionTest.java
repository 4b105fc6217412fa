package io.millrace.metadata.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.MetadataState;
import io.millrace.model.NodeId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads files that a release of metadata version 1 wrote in two lives of one node. */
class FirstVersionTest {
  private static final List<String> FILES =
      List.of(
          "00000000000000000016.snapshot",
          "00000000000000000017.log",
          "00000000000000000023.snapshot",
          "00000000000000000024.log");

  @TempDir private Path directory;

  @BeforeEach
  void copyFiles() throws IOException {
    for (String name : FILES) {
      try (InputStream in = FirstVersionTest.class.getResourceAsStream("v1/" + name)) {
        Files.copy(in, directory.resolve(name));
      }
    }
  }

  @Test
  void shouldReadItsSnapshotAndTheLogBehindIt() {
    // when
    MetadataState state = recovered();

    // then
    assertThat(state.metadataVersion()).isEqualTo(1);
    assertThat(state.cluster().topics()).hasSize(18);
    assertThat(state.nextProducerId()).isEqualTo(2_000);
    assertThat(state.cluster().brokers()).containsExactly(BrokerImage.of(new NodeId(3), 2, false));
    TopicImage altered = state.cluster().topic(new TopicName("t1-2")).orElseThrow();
    assertThat(altered.settings().get(TopicSettings.SEGMENT_MS)).isEqualTo(99);
    assertThat(altered.replicationGrows()).isTrue();
    PartitionImage older =
        state.cluster().topic(new TopicName("t0-4")).orElseThrow().partitions().get(0);
    assertThat(older.leaderEpoch()).isEqualTo(1);
    assertThat(older.isMoving()).isFalse();
    assertThat(older.lastKnownInSync()).isEmpty();
    assertThat(older.leaderUnclean()).isFalse();
  }

  @Test
  void shouldReadItsLogAloneBehindTheOlderSnapshot() throws IOException {
    // given
    MetadataState newest = recovered();
    Files.delete(directory.resolve("00000000000000000023.snapshot"));

    // when
    MetadataState state = recovered();

    // then
    assertThat(new ArrayList<>(state.cluster().topics()))
        .isEqualTo(new ArrayList<>(newest.cluster().topics()));
    assertThat(state.index()).isEqualTo(newest.index());
  }

  private MetadataState recovered() {
    FileMetadataLog log =
        FileMetadataLog.open(directory, BrokerSettings.of(Map.of()), Runnable::run, Runnable::run);
    MetadataState state = log.recovered();
    log.close();
    return state;
  }
}
