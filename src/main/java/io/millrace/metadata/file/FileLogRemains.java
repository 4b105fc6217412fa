package io.millrace.metadata.file;

import io.millrace.metadata.MetadataState;
import io.millrace.metadata.codec.MetadataRecordCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a node that was alone leaves in its directory when it becomes one of a cluster. */
public final class FileLogRemains {
  /** How names of the files of a cluster's log end. */
  public static final String CLUSTERED = ".raft";

  private FileLogRemains() {}

  /** Whether the directory has the log of a node that was alone. */
  public static boolean areIn(MetadataDirectory directory) throws IOException {
    return !namesIn(directory).isEmpty();
  }

  /** Whether the directory has the log of a member of a cluster. */
  static boolean isClustered(MetadataDirectory directory) throws IOException {
    return directory.names().stream().anyMatch(name -> name.endsWith(CLUSTERED));
  }

  /** The name of a file of a cluster's log, so that the order of names is that of numbers. */
  public static String clusteredName(long number) {
    return String.format(Locale.ROOT, "%020d%s", number, CLUSTERED);
  }

  /**
   * The state that the log came to.
   *
   * @throws DamagedLogException if it is not what was once durable
   */
  public static MetadataState state(MetadataDirectory directory, MetadataRecordCodec codec)
      throws IOException {
    return Recovery.read(directory, new ProposalBytes(codec)).state();
  }

  /** Deletes the log's files, which another log has taken over. */
  public static void delete(MetadataDirectory directory) throws IOException {
    for (String name : namesIn(directory)) {
      directory.delete(name);
    }
  }

  private static List<String> namesIn(MetadataDirectory directory) throws IOException {
    List<String> all = directory.names();
    List<String> names = new ArrayList<>();
    FileNames.logs(all).forEach(index -> names.add(FileNames.log(index)));
    FileNames.snapshots(all).forEach(index -> names.add(FileNames.snapshot(index)));
    return names;
  }
}
