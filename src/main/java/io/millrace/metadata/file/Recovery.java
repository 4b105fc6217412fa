package io.millrace.metadata.file;

import io.millrace.metadata.ImageApplier;
import io.millrace.metadata.MetadataState;
import io.millrace.metadata.Proposal;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the directory: the newest whole snapshot, and every entry after it. It changes nothing, so
 * that a log that is refused can still be looked at.
 */
final class Recovery {
  private static final Logger LOGGER = LoggerFactory.getLogger(Recovery.class);

  /**
   * What was found.
   *
   * @param state after the last entry
   * @param lastLogIndex first index of the file to append to, 0 if there is none yet
   * @param validBytes of that file
   * @param isTorn whether more bytes follow in it, to be cut
   * @param recordsSinceSnapshot facts that were replayed
   */
  record Result(
      MetadataState state,
      long lastLogIndex,
      long validBytes,
      boolean isTorn,
      long recordsSinceSnapshot) {}

  private final MetadataDirectory directory;
  private final FrameFile<Proposal> logFile;
  private final SnapshotFile snapshotFile;
  private MetadataState state = MetadataState.empty();
  private long records;

  private Recovery(MetadataDirectory directory, ProposalBytes bytes) {
    this.directory = directory;
    this.logFile = LogFile.of(bytes);
    this.snapshotFile = new SnapshotFile(bytes);
  }

  /**
   * Reads what is there.
   *
   * @throws DamagedLogException if something is missing or damaged that was once durable
   */
  static Result read(MetadataDirectory directory, ProposalBytes bytes) throws IOException {
    return new Recovery(directory, bytes).read(directory.names());
  }

  private Result read(List<String> names) throws IOException {
    List<Long> logs = FileNames.logs(names);
    List<Long> snapshots = FileNames.snapshots(names);
    if (logs.isEmpty() && snapshots.isEmpty()) {
      return new Result(state, 0, 0, false, 0);
    }
    restoreNewest(snapshots);
    int first = firstNeeded(logs);
    FrameFile.Content<Proposal> content = null;
    for (int i = first; i < logs.size(); i++) {
      content = replay(logs.get(i), i == logs.size() - 1);
    }
    if (content == null) {
      throw new DamagedLogException("there is no " + FileNames.log(state.index() + 1));
    }
    return new Result(state, content.firstIndex(), content.validBytes(), content.isTorn(), records);
  }

  /** A damaged snapshot is no loss while the one before it and the entries after that are kept. */
  private void restoreNewest(List<Long> snapshots) throws IOException {
    for (int i = snapshots.size() - 1; i >= 0; i--) {
      String name = FileNames.snapshot(snapshots.get(i));
      try {
        state = snapshotFile.decode(name, directory.read(name));
        return;
      } catch (DamagedLogException e) {
        LOGGER.warn("snapshot {} is not used, an older one is: {}", name, e.getMessage());
      }
    }
  }

  /** The last file that begins at or before the entry that follows the snapshot. */
  private int firstNeeded(List<Long> logs) throws DamagedLogException {
    for (int i = logs.size() - 1; i >= 0; i--) {
      if (logs.get(i) <= state.index() + 1) {
        return i;
      }
    }
    throw new DamagedLogException(
        "entries from "
            + (state.index() + 1)
            + " on are missing; the oldest file is "
            + (logs.isEmpty() ? "none" : FileNames.log(logs.get(0))));
  }

  private FrameFile.Content<Proposal> replay(long firstIndex, boolean isLast) throws IOException {
    String name = FileNames.log(firstIndex);
    FrameFile.Content<Proposal> content = logFile.read(name, directory.read(name), isLast);
    if (content.firstIndex() != firstIndex || firstIndex > state.index() + 1) {
      throw new DamagedLogException(
          name + " begins with entry " + content.firstIndex() + " after entry " + state.index());
    }
    long index = firstIndex;
    for (Proposal proposal : content.items()) {
      if (index > state.index()) {
        apply(name, index, proposal);
      }
      index++;
    }
    if (isLast && index <= state.index()) {
      throw new DamagedLogException(
          name + " ends before entry " + state.index() + ", which the snapshot includes");
    }
    return content;
  }

  private void apply(String name, long index, Proposal proposal) throws DamagedLogException {
    try {
      state = ImageApplier.apply(state, index, proposal);
      records += proposal.records().size();
    } catch (RuntimeException e) {
      throw new DamagedLogException(name + ", entry " + index + ": " + e.getMessage(), e);
    }
  }
}
