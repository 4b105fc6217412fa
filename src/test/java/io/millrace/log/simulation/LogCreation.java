package io.millrace.log.simulation;

import io.millrace.log.segment.LastStop;
import io.millrace.log.segment.LogLimits;
import io.millrace.log.segment.OpenRequest;
import io.millrace.log.segment.SegmentedLog;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A log that is made in a directory of its own, with no data directory that claimed it before: it
 * opens wherever the machine stopped while it was made.
 */
final class LogCreation {
  private static final Path DIRECTORY = Path.of("/alone");
  private static final int SEEDS = 16;

  /** Where the code syncs meanwhile. */
  final Set<String> syncSites = new TreeSet<>();

  private final Predicate<DiskOperation> ignoredSyncs;

  LogCreation(Predicate<DiskOperation> ignoredSyncs) {
    this.ignoredSyncs = ignoredSyncs;
  }

  /**
   * Makes it with the machine stopping at each operation.
   *
   * @throws IOException if the log does not open again
   */
  void run() throws IOException {
    boolean finished = false;
    for (int operation = 1; !finished; operation++) {
      SimulatedDisk disk = new SimulatedDisk();
      disk.createDirectories(DIRECTORY);
      disk.syncDirectory(DIRECTORY.getRoot());
      disk.ignoreSyncs(ignoredSyncs);
      long before = disk.operations().size();
      disk.stopAt(before + operation);
      try {
        SegmentedLog.open(request(disk, LastStop.CLEAN));
        finished = true;
      } catch (PowerLossError stopped) {
        // What it did so far is all that there is.
      }
      disk.operations().stream()
          .skip(before)
          .filter(done -> done.kind().isSync())
          .forEach(done -> syncSites.add(done.site()));
      for (int seed = 1; seed <= SEEDS; seed++) {
        SimulatedDisk after = disk.afterPowerLoss(Loss.TORN, seed);
        SegmentedLog.open(request(after, LastStop.MACHINE_DIED));
      }
    }
  }

  private static OpenRequest request(SimulatedDisk disk, LastStop lastStop) {
    return new OpenRequest(
        disk,
        DIRECTORY,
        new TopicPartition(new TopicName("alone"), 0),
        new TopicId(0, 1),
        TopicSettings.of(Map.of()),
        LogLimits.DEFAULTS,
        new SimulatedMachine("boot"),
        lastStop,
        OpenRequest.UNKNOWN_OFFSET,
        OpenRequest.UNKNOWN_OFFSET);
  }
}
