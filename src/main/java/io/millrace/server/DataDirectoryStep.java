package io.millrace.server;

import io.millrace.log.Disk;
import io.millrace.log.NioDisk;
import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.LocalMachine;
import io.millrace.log.directory.PreviousStop;
import io.millrace.model.PartitionId;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the data directory from the first to the last moment. It is left with the clean marker only
 * if everything above it stopped without a failure, which {@link Server} says by {@link
 * #allClosed}.
 */
final class DataDirectoryStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectoryStep.class);

  private final SettingValues settings;
  private final Disk disk = new NioDisk();
  private @Nullable DataDirectory directory;
  private Set<PartitionId> foundAtStart = Set.of();
  private boolean allClosed;

  DataDirectoryStep(SettingValues settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "data directory";
  }

  @Override
  public void start() {
    directory =
        DataDirectory.open(
            disk, Path.of(settings.get(ServerSettings.DATA_DIR)), new LocalMachine());
    foundAtStart = Set.copyOf(directory.partitions().keySet());
    LOG.info("data.dir={} previousStop={}", directory.path(), directory.previousStop());
  }

  /** The directory, once this is started. */
  DataDirectory directory() {
    if (directory == null) {
      throw new IllegalStateException("the data directory is not open");
    }
    return directory;
  }

  Disk disk() {
    return disk;
  }

  /**
   * A node of a cluster takes records as soon as one of its logs is open, so its directory counts
   * as in use before that. Where the machine died it goes on counting as such until {@link
   * #recovered}: a process that ends in between must register as unclean again.
   */
  void inUseBeforeRecovery() throws IOException {
    if (directory().previousStop() != PreviousStop.MACHINE_LOST) {
      directory().markRunning();
    }
  }

  /**
   * All logs are recovered: what the metadata does not know goes, and the directory counts as in
   * use. What was not there at the start is left alone: it may be of a topic that is newer than the
   * image.
   */
  void recovered(ClusterImage image) throws IOException {
    for (PartitionId id : foundAtStart) {
      if (image.partition(id).isEmpty()) {
        LOG.info("partition={} belongs to no topic any more and is deleted", id);
        directory().deletePartition(id);
      }
    }
    directory().removeDeleted();
    directory().markRunning();
  }

  /** Every log was closed whole and checkpointed. */
  void allClosed() {
    allClosed = true;
  }

  @Override
  public void stop() throws IOException {
    if (allClosed) {
      directory().closeCleanly(Map.of());
    } else {
      LOG.warn("not everything was closed: the next start checks the logs");
      directory().close();
    }
  }
}
