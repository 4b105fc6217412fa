package io.millrace.log.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.NioDisk;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogLoaderTest {
  private static final int PARTITIONS = 8;
  private static final int THREADS = 2;

  @TempDir Path temp;
  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
  private DataDirectory directory;

  @BeforeEach
  void leaveADirectoryUnclean() throws IOException {
    directory = open();
    directory.establish(new DirectoryIdentity("cluster", new NodeId(0), "directory"));
    directory.markRunning();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      directory.createPartition(id(partition), new TopicPartition(new TopicName("t"), partition));
    }
    directory.checkpoint(Map.of(id(1), new PartitionCheckpoint(10, 9, 8)));
    directory.close();
    directory = open();
  }

  @AfterEach
  void close() throws IOException {
    pool.shutdownNow();
    directory.close();
  }

  @Test
  void shouldOpenEveryLogOnceWithItsCheckpointOnAllThreads() throws InterruptedException {
    // given
    Map<PartitionId, PartitionCheckpoint> seen = new ConcurrentHashMap<>();
    Set<String> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch bothBusy = new CountDownLatch(THREADS);
    // when
    LogLoader.Loaded<String> loaded =
        LogLoader.load(
            directory,
            pool,
            (partition, checkpoint, previousStop) -> {
              assertThat(previousStop.needsRecovery()).isTrue();
              assertThat(seen.put(partition.id(), checkpoint)).isNull();
              threads.add(Thread.currentThread().getName());
              bothBusy.countDown();
              assertThat(await(bothBusy)).isTrue();
              return partition.name().toString();
            });
    // then
    assertThat(loaded.failed()).isEmpty();
    assertThat(loaded.logs()).hasSize(PARTITIONS).containsEntry(id(3), "t-3");
    assertThat(seen).containsEntry(id(1), new PartitionCheckpoint(10, 9, 8));
    assertThat(seen).containsEntry(id(2), PartitionCheckpoint.NONE);
    assertThat(threads).hasSize(THREADS);
  }

  @Test
  void shouldOpenTheOthersWhenSomeFail() throws InterruptedException {
    // when
    LogLoader.Loaded<String> loaded =
        LogLoader.load(
            directory,
            pool,
            (partition, checkpoint, previousStop) -> {
              switch (partition.id().partition()) {
                case 2 -> throw new IOException("bad sector");
                case 5 -> throw new IllegalStateException("offsets out of order");
                default -> {
                  return "ok";
                }
              }
            });
    // then
    assertThat(loaded.logs()).hasSize(PARTITIONS - 2);
    assertThat(loaded.failed()).containsOnlyKeys(id(2), id(5));
    assertThat(loaded.failed().get(id(2))).hasMessage("bad sector");
    assertThat(loaded.failed().get(id(5))).hasMessageContaining("offsets out of order");
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PartitionId id(int partition) {
    return new PartitionId(new TopicId(1, 1), partition);
  }

  private DataDirectory open() {
    return DataDirectory.open(new NioDisk(), temp.resolve("data"), new LocalMachine());
  }
}
