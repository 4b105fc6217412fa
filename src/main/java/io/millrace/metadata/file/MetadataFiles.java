package io.millrace.metadata.file;

import io.millrace.metadata.MetadataState;
import io.millrace.metadata.codec.MetadataRecordCodec;
import io.millrace.metadata.file.MetadataDirectory.AppendFile;
import io.millrace.metadata.file.MetadataDirectory.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the metadata log, written so that every entry that was acknowledged survives a power
 * loss at any moment:
 *
 * <ul>
 *   <li>an entry is acknowledged after its frame was fsynced, and its file's name before that;
 *   <li>a snapshot or a new log file is written under another name, fsynced, renamed, and the
 *       directory fsynced;
 *   <li>the previous snapshot and every entry after it are kept, in case the newest one is damaged.
 * </ul>
 *
 * After any IOException but {@link DiskFullException} nothing is known of the files, and nothing
 * may be written any more.
 *
 * <p>Threading: one thread at a time; every method blocks.
 */
final class MetadataFiles implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(MetadataFiles.class);

  private final MetadataDirectory directory;
  private final ProposalBytes bytes;
  private final Recovery.Result recovered;
  private AppendFile current;
  private long sizeBytes;
  private long nextIndex;

  private MetadataFiles(MetadataDirectory directory, MetadataRecordCodec codec) throws IOException {
    this.directory = directory;
    this.bytes = new ProposalBytes(codec);
    this.recovered = Recovery.read(directory, bytes);
    this.nextIndex = recovered.state().index() + 1;
    WholeFile.deleteUnfinished(directory);
    if (recovered.lastLogIndex() == 0) {
      this.current = newLog(nextIndex);
      this.sizeBytes = FrameFile.HEADER_BYTES;
    } else {
      this.current = directory.append(FileNames.log(recovered.lastLogIndex()));
      this.sizeBytes = recovered.validBytes();
      cutTail();
    }
  }

  /**
   * Reads the directory and makes it ready to append to: a torn tail, which nobody was told to be
   * durable, is cut.
   *
   * @throws DamagedLogException if it is not what was once durable; then nothing was changed
   */
  static MetadataFiles open(MetadataDirectory directory, MetadataRecordCodec codec)
      throws IOException {
    return new MetadataFiles(directory, codec);
  }

  private void cutTail() throws IOException {
    if (recovered.isTorn()) {
      LOGGER.warn(
          "the metadata log ends in bytes that were never acknowledged: cut to {} bytes, the last"
              + " entry is {}",
          sizeBytes,
          nextIndex - 1);
    }
    // Also when it is whole: what a dead process wrote and did not sync is shown from here on.
    current.truncate(sizeBytes);
    current.sync();
  }

  /** The state after the last entry. */
  MetadataState recoveredState() {
    return recovered.state();
  }

  /** Facts that stand in the log after the snapshot that was read. */
  long recoveredRecords() {
    return recovered.recordsSinceSnapshot();
  }

  /**
   * Appends encoded proposals as one frame and makes them durable.
   *
   * @throws DiskFullException if there is no space; then nothing was appended, and it may be tried
   *     again
   */
  void append(List<byte[]> proposals) throws IOException {
    ByteBuffer frame = FrameFile.frame(nextIndex, proposals);
    int frameBytes = frame.remaining();
    try {
      current.append(frame);
    } catch (DiskFullException e) {
      current.truncate(sizeBytes);
      throw e;
    }
    current.sync();
    sizeBytes += frameBytes;
    nextIndex += proposals.size();
  }

  /** Bytes in the file that is appended to. */
  long sizeBytes() {
    return sizeBytes;
  }

  /**
   * Keeps this state, begins a new log file after the last entry, and deletes what is older than
   * the previous snapshot.
   *
   * @throws DiskFullException if there is no space; then all is as it was
   */
  void snapshot(MetadataState state) throws IOException {
    List<Long> older = FileNames.snapshots(directory.names());
    WholeFile.write(
        directory,
        FileNames.snapshot(state.index()),
        List.of(ByteBuffer.wrap(new SnapshotFile(bytes).encode(state))));
    // The sync of the directory with the new log's name makes the snapshot's name durable too.
    AppendFile next = newLog(nextIndex);
    current.close();
    current = next;
    sizeBytes = FrameFile.HEADER_BYTES;
    deleteBefore(older.isEmpty() ? 0 : older.get(older.size() - 1));
  }

  /** Deletes what is not needed beside the snapshot of this index. */
  private void deleteBefore(long keptSnapshot) throws IOException {
    List<String> names = directory.names();
    for (long snapshot : FileNames.snapshots(names)) {
      if (snapshot < keptSnapshot) {
        directory.delete(FileNames.snapshot(snapshot));
      }
    }
    List<Long> logs = FileNames.logs(names);
    for (int i = 0; i + 1 < logs.size(); i++) {
      if (logs.get(i + 1) <= keptSnapshot + 1) {
        directory.delete(FileNames.log(logs.get(i)));
      }
    }
  }

  private AppendFile newLog(long firstIndex) throws IOException {
    String name = FileNames.log(firstIndex);
    WholeFile.write(
        directory, name, List.of(ByteBuffer.wrap(LogFile.of(bytes).header(firstIndex))));
    directory.sync();
    return directory.append(name);
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
