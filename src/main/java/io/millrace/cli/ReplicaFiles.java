package io.millrace.cli;

import io.millrace.checker.HistoryEvent;
import io.millrace.checker.HistoryEvent.ReplicaBatch;
import io.millrace.log.NioDisk;
import io.millrace.log.inspect.Entry;
import io.millrace.log.inspect.LogInspector;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What nodes have on disk of the topic of a history. */
final class ReplicaFiles {
  private HistoryEvent.@Nullable Run run;

  /** Learns from the history which topic is meant. */
  void onEvent(HistoryEvent event) {
    if (event instanceof HistoryEvent.Run begun) {
      run = begun;
    }
  }

  /**
   * Reads each partition of the topic that is there.
   *
   * @param directory a data directory, in use or not
   * @throws StreamException NOT_FOUND if there is nothing of the topic; STORAGE_ERROR if something
   *     is damaged
   */
  void read(Path directory, Consumer<HistoryEvent> sink) throws IOException {
    HistoryEvent.Run begun = run;
    int found = 0;
    for (int partition = 0; begun != null && partition < begun.partitions(); partition++) {
      Path folder = directory.resolve(begun.topic() + "-" + partition);
      if (Files.isDirectory(folder)) {
        found++;
        sink.accept(
            new HistoryEvent.Replica(0, directory.toString(), partition, true, batches(folder)));
      }
    }
    if (found == 0) {
      throw new StreamException(
          ErrorCode.NOT_FOUND, directory + " has no partition of the history's topic");
    }
  }

  private static List<ReplicaBatch> batches(Path folder) throws IOException {
    List<ReplicaBatch> batches = new ArrayList<>();
    new LogInspector(new NioDisk(), false)
        .inspect(
            folder,
            entry -> {
              if (entry instanceof Entry.Batch batch) {
                batches.add(replicaBatch(batch));
              } else if (entry instanceof Entry.Damage damage && isOfTheLog(damage)) {
                throw new StreamException(
                    ErrorCode.STORAGE_ERROR, damage.file() + ": " + damage.what());
              }
            });
    return batches;
  }

  /** Indexes of a node that runs are ahead of or behind what was just read. */
  private static boolean isOfTheLog(Entry.Damage damage) {
    return damage.file().toString().endsWith(".log");
  }

  private static ReplicaBatch replicaBatch(Entry.Batch batch) {
    return new ReplicaBatch(
        batch.baseOffset(),
        batch.lastOffset(),
        batch.leaderEpoch(),
        batch.producerId(),
        batch.producerEpoch(),
        batch.baseSequence(),
        batch.sizeBytes(),
        batch.crc());
  }
}
