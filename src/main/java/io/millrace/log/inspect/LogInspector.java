package io.millrace.log.inspect;

import io.millrace.log.Disk;
import io.millrace.log.WholeFile;
import io.millrace.log.directory.CheckpointFile;
import io.millrace.log.directory.DataDirectory;
import io.millrace.log.directory.DirectoryIdentity;
import io.millrace.log.segment.CompactionCheckpoint;
import io.millrace.log.segment.PartitionMeta;
import io.millrace.log.segment.SegmentFiles;
import io.millrace.log.segment.StateFiles;
import io.millrace.log.segment.StateFiles.ProducerBatch;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Shows what is in the files of a log and what is wrong with them. A path may be a single file, a
 * partition's directory or a data directory. Reads only.
 *
 * <p>Threading: one thread; blocking.
 */
public final class LogInspector {
  private static final int MAX_CHECKPOINT_BYTES = 128 * 1024 * 1024;

  private final Disk disk;
  private final boolean withRecords;

  /**
   * @param withRecords whether the records inside the batches are read, too
   */
  public LogInspector(Disk disk, boolean withRecords) {
    this.disk = disk;
    this.withRecords = withRecords;
  }

  /**
   * Hands everything that is found to the sink, file by file; damage comes where it is.
   *
   * @throws NoSuchFileException if the path is missing
   * @throws IOException if a file cannot be read, or is not one of a log's
   */
  public void inspect(Path path, Consumer<Entry> sink) throws IOException {
    if (!disk.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    String name = String.valueOf(path.getFileName());
    if (name.endsWith(SegmentFiles.LOG_SUFFIX)) {
      segment(path, sink);
    } else if (name.endsWith(SegmentFiles.OFFSET_INDEX_SUFFIX)) {
      indexes(path, baseOf(path, SegmentFiles.OFFSET_INDEX_SUFFIX), sink).offsets(path);
    } else if (name.endsWith(SegmentFiles.TIME_INDEX_SUFFIX)) {
      indexes(path, baseOf(path, SegmentFiles.TIME_INDEX_SUFFIX), sink).times(path);
    } else if (!stateFile(path, name, sink)) {
      directory(path, sink);
    }
  }

  private boolean stateFile(Path path, String name, Consumer<Entry> sink) throws IOException {
    if (name.endsWith(SegmentFiles.PRODUCERS_SUFFIX)) {
      checked(path, sink, this::producers);
    } else if (name.equals(StateFiles.EPOCHS)) {
      checked(path, sink, this::epochs);
    } else if (name.equals(CompactionCheckpoint.FILE_NAME)) {
      checked(path, sink, this::compacted);
    } else if (name.equals(PartitionMeta.FILE_NAME)) {
      checked(path, sink, this::owner);
    } else if (name.equals(CheckpointFile.NAME)) {
      checked(path, sink, this::checkpoints);
    } else {
      return false;
    }
    return true;
  }

  /** A partition's directory, or a data directory with several. */
  private void directory(Path path, Consumer<Entry> sink) throws IOException {
    SortedSet<String> names = names(path);
    if (names.contains(PartitionMeta.FILE_NAME)) {
      partition(path, names, sink);
      return;
    }
    boolean found = names.contains(DirectoryIdentity.FILE);
    if (names.contains(CheckpointFile.NAME)) {
      checked(path.resolve(CheckpointFile.NAME), sink, this::checkpoints);
    }
    for (String name : names) {
      boolean inUse = DataDirectory.isPartitionName(name);
      if (inUse && disk.exists(path.resolve(name).resolve(PartitionMeta.FILE_NAME))) {
        directory(path.resolve(name), sink);
      }
    }
    if (!found) {
      throw new IOException(
          path
              + " is neither a file of a log (.log, .index, .timeindex, .producers, leader-epoch,"
              + " compaction, partition.meta, checkpoints) nor a partition's directory nor a data directory");
    }
  }

  private SortedSet<String> names(Path path) throws IOException {
    try {
      return new TreeSet<>(disk.list(path));
    } catch (NotDirectoryException e) {
      return new TreeSet<>();
    }
  }

  private void partition(Path path, SortedSet<String> names, Consumer<Entry> sink)
      throws IOException {
    long expected = -1;
    for (String name : names) {
      Path file = path.resolve(name);
      if (name.endsWith(SegmentFiles.LOG_SUFFIX)) {
        expected = segmentAfter(file, expected, sink);
      } else {
        stateFile(file, name, sink);
      }
    }
  }

  /** A segment and its indexes, where the one before it ends; where this one ends. */
  private long segmentAfter(Path log, long expected, Consumer<Entry> sink) throws IOException {
    long base = baseOf(log, SegmentFiles.LOG_SUFFIX);
    BatchWalk batches = segment(log, sink);
    if (expected >= 0 && base != expected) {
      sink.accept(
          new Entry.Damage(
              log, 0, "it begins at " + base + ", the segment before ends at " + expected));
    }
    IndexCheck indexes = new IndexCheck(disk, base, batches.isDamaged() ? null : batches, sink);
    Path directory = log.resolveSibling("");
    indexes.offsets(SegmentFiles.offsetIndex(directory, base));
    indexes.times(SegmentFiles.timeIndex(directory, base));
    return batches.isDamaged() ? -1 : batches.nextOffset();
  }

  private BatchWalk segment(Path log, Consumer<Entry> sink) throws IOException {
    long base = baseOf(log, SegmentFiles.LOG_SUFFIX);
    return BatchWalk.walk(disk, log, base, withRecords, sink);
  }

  /** An index that is looked at alone is held against its log all the same. */
  private IndexCheck indexes(Path index, long base, Consumer<Entry> sink) throws IOException {
    Path log = SegmentFiles.log(index.resolveSibling(""), base);
    if (!disk.exists(log)) {
      return new IndexCheck(disk, base, null, sink);
    }
    BatchWalk batches = BatchWalk.walk(disk, log, base, false, entry -> {});
    return new IndexCheck(disk, base, batches.isDamaged() ? null : batches, sink);
  }

  private static long baseOf(Path file, String suffix) throws IOException {
    OptionalLong base = SegmentFiles.offsetIn(file.getFileName().toString(), suffix);
    if (base.isEmpty()) {
      throw new IOException(file + " is not named with 20 digits, its base offset, and " + suffix);
    }
    return base.getAsLong();
  }

  /** Reads one kind of file. */
  private interface Reading {
    List<Entry> read(Path file) throws IOException;
  }

  /** A file with a checksum: all of it is good, or none. */
  private void checked(Path file, Consumer<Entry> sink, Reading reading) throws IOException {
    sink.accept(new Entry.FileBegins(file, WholeFile.sizeBytes(disk, file)));
    try {
      reading.read(file).forEach(sink);
    } catch (IOException e) {
      sink.accept(new Entry.Damage(file, -1, String.valueOf(e.getMessage())));
    }
  }

  private List<Entry> producers(Path file) throws IOException {
    return StateFiles.producers(disk, file).stream().map(LogInspector::remembered).toList();
  }

  private static Entry remembered(ProducerBatch batch) {
    return new Entry.RememberedBatch(
        batch.producerId(),
        batch.producerEpoch(),
        batch.firstSequence(),
        batch.lastSequence(),
        batch.baseOffset(),
        batch.lastOffset());
  }

  private List<Entry> epochs(Path file) throws IOException {
    return StateFiles.epochs(disk, file).stream()
        .<Entry>map(start -> new Entry.EpochBegins(start.leaderEpoch(), start.startOffset()))
        .toList();
  }

  private List<Entry> compacted(Path file) throws IOException {
    CompactionCheckpoint found = StateFiles.compaction(disk, file);
    return List.of(new Entry.Compacted(found.firstDirtyOffset(), found.nextHorizonMs()));
  }

  private List<Entry> owner(Path file) throws IOException {
    Path directory = file.resolveSibling("");
    return List.of(new Entry.Owner(PartitionMeta.read(disk, directory).toString()));
  }

  private List<Entry> checkpoints(Path file) throws IOException {
    byte[] bytes = WholeFile.read(disk, file, MAX_CHECKPOINT_BYTES);
    return CheckpointFile.decode(bytes).entrySet().stream()
        .<Entry>map(
            entry ->
                new Entry.Checkpoint(
                    entry.getKey(),
                    entry.getValue().recoveryPoint(),
                    entry.getValue().highWatermark(),
                    entry.getValue().logStartOffset()))
        .toList();
  }
}
