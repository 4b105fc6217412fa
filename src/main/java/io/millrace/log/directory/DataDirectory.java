package io.millrace.log.directory;

import io.millrace.log.Disk;
import io.millrace.log.WholeFile;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data directory that this process holds.
 *
 * <p>Life: {@link #open}; {@link #establish} if it has no identity yet; recovery of the logs if
 * {@link #previousStop} asks for it; {@link #markRunning} before the first append; {@link
 * #checkpoint} now and then, before a log is truncated below its recovery point, and before a
 * raised log start offset is acknowledged; {@link #closeCleanly} after every log was closed whole,
 * else {@link #close}.
 *
 * <p>The running marker holds the boot id of the machine. It stays as the previous process left it
 * until {@code markRunning}: a process that dies during the recovery from a power loss leaves a
 * directory that still needs that recovery. While a replica {@link #lacksCommitted what is
 * committed}, the marker holds no boot id: what such a process leaves is taken for what a machine
 * that died leaves.
 *
 * <p>Threading: safe from any thread; every method that throws IOException blocks. After an
 * IOException of {@code checkpoint} the state of the disk is not known, and its partitions go
 * offline.
 */
public final class DataDirectory implements Closeable {
  private static final Logger LOGGER = LoggerFactory.getLogger(DataDirectory.class);

  private final Disk disk;
  private final Path path;
  private final HostMachine machine;
  private final Closeable lock;
  private final PartitionDirectories partitions;
  private final PreviousStop previousStop;
  private final Map<PartitionId, PartitionCheckpoint> checkpoints = new LinkedHashMap<>();
  private final Optional<String> checkpointDamage;
  private final Set<PartitionId> lacking = new HashSet<>();
  private Optional<DirectoryIdentity> identity;
  private boolean running;

  private DataDirectory(Disk disk, Path path, HostMachine machine, Closeable lock)
      throws IOException {
    this.disk = disk;
    this.path = path;
    this.machine = machine;
    this.lock = lock;
    this.identity = readIdentity();
    this.previousStop =
        RunningMarker.read(disk, path, machine.bootId())
            .orElse(identity.isPresent() ? PreviousStop.CLEAN : PreviousStop.NEVER_STARTED);
    this.partitions = PartitionDirectories.scan(disk, path);
    if (identity.isEmpty() && !partitions.present().isEmpty()) {
      throw new IOException(
          "it holds partitions but no " + DirectoryIdentity.FILE + "; bring that file back");
    }
    this.checkpointDamage = readCheckpoints();
  }

  /**
   * Locks a data directory and reads what is in it. A missing directory is made if the one above it
   * exists.
   *
   * @throws StreamException DATA_DIRECTORY_IN_USE if another process holds it,
   *     DATA_DIRECTORY_INVALID if it cannot be used: missing, a file, not readable, not writable,
   *     of an unknown version
   */
  public static DataDirectory open(Disk disk, Path directory, HostMachine machine) {
    Path path = directory.toAbsolutePath().normalize();
    try {
      createIfMissing(disk, path);
      disk.list(path);
      Closeable lock = machine.lock(path);
      try {
        return new DataDirectory(disk, path, machine, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw UnusableDirectory.because(path, e);
    }
  }

  private static void createIfMissing(Disk disk, Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null || disk.exists(path)) {
      return;
    }
    if (!disk.exists(parent)) {
      throw new IOException("it is missing, and so is " + parent + "; create it or mount its disk");
    }
    disk.createDirectories(path);
    disk.syncDirectory(parent);
  }

  private Optional<DirectoryIdentity> readIdentity() throws IOException {
    Path file = path.resolve(DirectoryIdentity.FILE);
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = WholeFile.read(disk, file, KeyValueText.MAX_BYTES);
    return Optional.of(DirectoryIdentity.decode(bytes));
  }

  private Optional<String> readCheckpoints() throws IOException {
    Path file = path.resolve(CheckpointFile.NAME);
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = WholeFile.read(disk, file, CheckpointFile.MAX_BYTES);
    try {
      checkpoints.putAll(CheckpointFile.decode(bytes));
      return Optional.empty();
    } catch (IOException e) {
      LOGGER.error(
          "every log is checked from its start, and records that were deleted by offset may show"
              + " again, because a file is damaged: {}",
          e.getMessage());
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Whether a directory of this name is a partition's; those being made or deleted are not. */
  public static boolean isPartitionName(String name) {
    return PartitionDirectory.parseName(name).isPresent();
  }

  public Path path() {
    return path;
  }

  /** Whose data this is; empty before {@link #establish}. */
  public synchronized Optional<DirectoryIdentity> identity() {
    return identity;
  }

  /**
   * Makes an identity durable in a directory that has none; the same one again changes nothing.
   *
   * @throws StreamException CLUSTER_ID_MISMATCH if the directory belongs to another cluster or node
   */
  public synchronized void establish(DirectoryIdentity wanted) throws IOException {
    if (identity.isPresent()) {
      requireSame(identity.get(), wanted);
      return;
    }
    WholeFile.replace(disk, path.resolve(DirectoryIdentity.FILE), wanted.encode());
    identity = Optional.of(wanted);
  }

  private void requireSame(DirectoryIdentity mine, DirectoryIdentity wanted) {
    if (!mine.equals(wanted)) {
      throw new StreamException(
          ErrorCode.CLUSTER_ID_MISMATCH,
          "data directory "
              + path
              + " belongs to "
              + mine
              + ", this server is "
              + wanted
              + "; give it its own directory, or an empty one");
    }
  }

  /** How the process before this one ended. */
  public PreviousStop previousStop() {
    return previousStop;
  }

  /**
   * Says durably that logs may be written from now on. Called once recovery is complete.
   *
   * @throws IllegalStateException if the directory has no identity
   */
  public synchronized void markRunning() throws IOException {
    if (identity.isEmpty()) {
      throw new IllegalStateException("establish an identity first");
    }
    running = true;
    writeMarker();
  }

  private void writeMarker() throws IOException {
    RunningMarker.write(disk, path, lacking.isEmpty() ? machine.bootId() : Optional.empty());
  }

  /**
   * Says durably whether a replica here has lost what is committed, and is being filled with it
   * again. A node with such a replica comes back as one whose machine died, and so is in sync
   * nowhere until it has caught up, however its process ends.
   */
  public synchronized void lacksCommitted(PartitionId id, boolean isSo) throws IOException {
    boolean changed = isSo ? lacking.add(id) : lacking.remove(id);
    if (changed && (isSo || (running && lacking.isEmpty()))) {
      writeMarker();
    }
  }

  /** Whether the partition has a directory. */
  public boolean hasPartition(PartitionId id) {
    return partitions.has(id);
  }

  /** The partitions that have a directory: a copy, which takes as long as there are many. */
  public Map<PartitionId, PartitionDirectory> partitions() {
    return partitions.present();
  }

  /** Directories named like a partition whose owner cannot be read: name and reason. */
  public Map<String, String> unreadablePartitions() {
    return partitions.unreadable();
  }

  /**
   * The directory of a partition, made and durable; the one that is there if it is of this topic
   * id.
   *
   * @throws IOException also if a directory of this name does not say whose it is; it is left alone
   */
  public PartitionDirectory createPartition(PartitionId id, TopicPartition name)
      throws IOException {
    return partitions.create(id, name);
  }

  /**
   * Deletes a partition: when it returns, the directory is gone from {@link #partitions} for good;
   * the space comes back with {@link #removeDeleted}. Readers that hold its files keep them.
   */
  public void deletePartition(PartitionId id) throws IOException {
    partitions.delete(id);
    lacksCommitted(id, false);
  }

  /** Removes the files of deleted partitions, also of those that earlier processes left. */
  public void removeDeleted() throws IOException {
    partitions.removeDeleted();
  }

  /** What was last written down of a partition; {@link PartitionCheckpoint#NONE} if nothing. */
  public synchronized PartitionCheckpoint checkpointOf(PartitionId id) {
    return checkpoints.getOrDefault(id, PartitionCheckpoint.NONE);
  }

  /** Why the checkpoints that were found could not be used, if so. */
  public Optional<String> checkpointDamage() {
    return checkpointDamage;
  }

  /**
   * Writes these down, durably, beside what was written of other partitions. A log start offset
   * never goes back; a partition that was deleted meanwhile is left out.
   */
  public synchronized void checkpoint(Map<PartitionId, PartitionCheckpoint> changed)
      throws IOException {
    changed.forEach(
        (id, next) -> {
          if (partitions.has(id)) {
            checkpoints.merge(id, next, DataDirectory::merged);
          }
        });
    if (partitions.unreadable().isEmpty()) {
      checkpoints.keySet().removeIf(id -> !partitions.has(id));
    }
    WholeFile.replace(disk, path.resolve(CheckpointFile.NAME), CheckpointFile.encode(checkpoints));
  }

  private static PartitionCheckpoint merged(PartitionCheckpoint old, PartitionCheckpoint next) {
    return new PartitionCheckpoint(
        next.recoveryPoint(),
        next.highWatermark(),
        Math.max(old.logStartOffset(), next.logStartOffset()));
  }

  /**
   * Ends a process that leaves nothing to recover: every log was closed without damage, and these
   * checkpoints say where each one ends. The marker goes last, unless a replica lacks what is
   * committed, then the lock.
   */
  public void closeCleanly(Map<PartitionId, PartitionCheckpoint> last) throws IOException {
    checkpoint(last);
    removeMarker();
    close();
  }

  private synchronized void removeMarker() throws IOException {
    if (lacking.isEmpty()) {
      RunningMarker.remove(disk, path);
    }
  }

  /** Lets another process have the directory; if it was marked running, that one recovers. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
