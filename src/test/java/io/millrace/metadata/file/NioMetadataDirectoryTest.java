package io.millrace.metadata.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.FileForces;
import io.millrace.metadata.Controller;
import io.millrace.metadata.ControllerDriver;
import io.millrace.metadata.Membership;
import io.millrace.metadata.MetadataState;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on the machine's file system and on real threads. */
class NioMetadataDirectoryTest {
  private static final SettingValues SETTINGS =
      BrokerSettings.of(Map.of("metadata.snapshot.records", "500"));
  private static final int TOPICS = 1_000;

  @TempDir Path directory;
  private final ExecutorService owner = Executors.newSingleThreadExecutor();
  private final ExecutorService worker = Executors.newSingleThreadExecutor();

  @AfterEach
  void stopThreads() {
    owner.shutdownNow();
    worker.shutdownNow();
  }

  @Test
  void shouldKeepThousandsOfTopicsOnTheRealDisk() throws Exception {
    // given
    Path below = directory.resolve("metadata");
    FileMetadataLog log = FileMetadataLog.open(below, SETTINGS, worker, owner);
    ControllerDriver driver =
        new ControllerDriver(
            new NodeId(0),
            log,
            new Controller(
                BrokerSettings.of(Map.of("metadata.pending.max", "10000")),
                new SplittableRandom(1)),
            state -> {},
            failure -> {});

    // when
    onOwner(() -> driver.join(started(driver)).toCompletableFuture());
    onOwner(
        () -> {
          List<CompletableFuture<?>> created = new ArrayList<>();
          for (int i = 0; i < TOPICS; i++) {
            TopicName name = new TopicName("t" + i);
            created.add(
                driver
                    .execute(c -> c.createTopic(name, 1, 1, Map.of(), false))
                    .toCompletableFuture());
          }
          return CompletableFuture.allOf(created.toArray(CompletableFuture<?>[]::new));
        });
    onOwner(() -> log.close().toCompletableFuture());

    // then
    MetadataState recovered = FileMetadataLog.open(below, SETTINGS, worker, owner).recovered();
    assertThat(recovered.cluster().topics()).hasSize(TOPICS);
    assertThat(recovered.cluster().clusterId()).isEqualTo("cluster");
    try (var files = Files.list(below)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".tmp"))
          .anyMatch(name -> name.endsWith(".snapshot"));
    }
  }

  @Test
  void shouldSayWhichDirectoryIsDamagedAndWhatToDo() throws IOException {
    // given
    Path below = directory.resolve("metadata");
    Files.createDirectories(below);
    Files.writeString(below.resolve(FileNames.log(1)), "this is no metadata log at all");

    // then
    assertThatThrownBy(() -> FileMetadataLog.open(below, SETTINGS, worker, owner))
        .isInstanceOfSatisfying(
            StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_ERROR))
        .hasMessageContaining(below.toString())
        .hasMessageContaining("does not begin as a metadata log does")
        .hasMessageContaining("bring its files back from a copy");
  }

  @Test
  void shouldHaveTheMachineMakeFilesAndNamesDurable(@TempDir Path aside) throws IOException {
    // given
    Path below = directory.resolve("metadata");
    try (FileForces forces = new FileForces(aside.resolve("forces.jfr"))) {
      // when
      NioMetadataDirectory created = NioMetadataDirectory.open(below);
      NioMetadataDirectory.open(below);
      try (MetadataDirectory.AppendFile file = created.append("f")) {
        file.append(ByteBuffer.wrap(new byte[1]));
        file.sync();
      }
      created.sync();
      // then
      assertThat(forces.forced()).containsExactly(directory, below.resolve("f"), below);
    }
  }

  private static Membership started(ControllerDriver driver) {
    driver.start();
    return new Membership("cluster", new NodeId(0));
  }

  private void onOwner(java.util.function.Supplier<CompletableFuture<?>> action) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    owner.execute(
        () ->
            action
                .get()
                .whenComplete(
                    (value, error) -> {
                      if (error == null) {
                        done.complete(null);
                      } else {
                        done.completeExceptionally(error);
                      }
                    }));
    done.get(30, TimeUnit.SECONDS);
  }
}
