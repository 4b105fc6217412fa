package io.millrace.log.directory;

import io.millrace.log.Disk;
import io.millrace.log.segment.PartitionMeta;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions' directories inside a data directory. Each one comes and goes by one atomic
 * rename: it is made as {@code <topicId>-<partition>.creating} and gets its name {@code
 * <topic>-<partition>} once its {@code partition.meta} is durable; to delete it, it is renamed to
 * {@code <topicId>-<partition>.deleted}. So a directory with a partition's name always says whose
 * it is.
 *
 * <p>Threading: safe from any thread; creations and renames are serialized.
 */
final class PartitionDirectories {
  private static final Logger LOGGER = LoggerFactory.getLogger(PartitionDirectories.class);
  private static final String CREATING = ".creating";
  private static final String DELETED = ".deleted";

  private final Disk disk;
  private final Path root;
  private final Map<PartitionId, PartitionDirectory> present = new ConcurrentHashMap<>();
  private final Map<String, String> unreadable = new ConcurrentHashMap<>();

  private PartitionDirectories(Disk disk, Path root) {
    this.disk = disk;
    this.root = root;
  }

  /** Reads whose directories there are, and removes those that were never finished. */
  static PartitionDirectories scan(Disk disk, Path root) throws IOException {
    PartitionDirectories directories = new PartitionDirectories(disk, root);
    for (String entry : disk.list(root)) {
      if (entry.endsWith(CREATING)) {
        disk.delete(root.resolve(entry));
        continue;
      }
      Optional<TopicPartition> name = PartitionDirectory.parseName(entry);
      if (name.isPresent()) {
        directories.read(entry, name.get());
      }
    }
    return directories;
  }

  private void read(String entry, TopicPartition name) {
    try {
      PartitionDirectory directory = read(name);
      if (directory != null) {
        present.put(directory.id(), directory);
      }
    } catch (IOException e) {
      LOGGER.error("partition directory is left alone, its owner is not known: {}", e.getMessage());
      unreadable.put(entry, String.valueOf(e.getMessage()));
    }
  }

  /** The directory of this name, or null if there is none. */
  private @Nullable PartitionDirectory read(TopicPartition name) throws IOException {
    Path path = root.resolve(name.toString());
    if (!disk.exists(path)) {
      return null;
    }
    PartitionId id = new PartitionId(PartitionMeta.read(disk, path), name.partition());
    return new PartitionDirectory(id, name, path);
  }

  boolean has(PartitionId id) {
    return present.containsKey(id);
  }

  /** All of them, as they are now: a copy. */
  Map<PartitionId, PartitionDirectory> present() {
    return Map.copyOf(present);
  }

  /** Directories with the name of a partition that do not say whose they are, and why. */
  Map<String, String> unreadable() {
    return new TreeMap<>(unreadable);
  }

  /**
   * The directory of this partition, made if it is missing. What another topic of the same name
   * left there is put aside for removal.
   */
  synchronized PartitionDirectory create(PartitionId id, TopicPartition name) throws IOException {
    if (id.partition() != name.partition()) {
      throw new IllegalArgumentException(id + " is not a partition " + name.partition());
    }
    PartitionDirectory occupant = read(name);
    if (occupant != null && occupant.id().equals(id)) {
      return occupant;
    }
    if (occupant != null) {
      putAside(occupant);
    }
    Path unfinished = root.resolve(id + CREATING);
    disk.delete(unfinished);
    disk.createDirectories(unfinished);
    PartitionMeta.claim(disk, unfinished, List.of(), id.topicId());
    disk.syncDirectory(unfinished);
    PartitionDirectory directory = new PartitionDirectory(id, name, root.resolve(name.toString()));
    disk.rename(unfinished, directory.path());
    disk.syncDirectory(root);
    present.put(id, directory);
    return directory;
  }

  /** Takes its name from a partition, durably; its files are removed later. */
  synchronized void delete(PartitionId id) throws IOException {
    PartitionDirectory directory = present.get(id);
    if (directory != null) {
      putAside(directory);
      disk.syncDirectory(root);
    }
  }

  private void putAside(PartitionDirectory directory) throws IOException {
    Path target = root.resolve(directory.id() + DELETED);
    disk.delete(target);
    disk.rename(directory.path(), target);
    present.remove(directory.id());
  }

  /** Removes the files of all deleted partitions. Not synced: what comes back is removed again. */
  void removeDeleted() throws IOException {
    List<String> entries = disk.list(root);
    for (String entry : entries) {
      if (entry.endsWith(DELETED)) {
        disk.delete(root.resolve(entry));
      }
    }
  }
}
