package io.millrace.cluster;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import java.util.random.RandomGenerator;

/**
 * How often a data directory was started in a cluster, counted on its disk: no two lives of a node
 * have the same number, whatever its clock says.
 *
 * @param directoryId of the directory; drawn at the first start
 * @param starts this one counted, from 1
 * @param founder key of the member that began the metadata log of the cluster that the directory
 *     belongs to; empty if it has joined none yet
 */
public record NodeStarts(String directoryId, long starts, Optional<String> founder) {
  /** In the data directory. */
  public static final String FILE = "cluster.properties";

  private static final String DIRECTORY_ID = "directory.id";
  private static final String STARTS = "starts";
  private static final String FOUNDER = "founder";

  /**
   * Counts a start, durably.
   *
   * @param known the directory's id if it is written elsewhere
   * @throws StreamException DATA_DIRECTORY_INVALID if the file cannot be read or written
   */
  public static NodeStarts count(Path directory, Optional<String> known, RandomGenerator random) {
    Path file = directory.resolve(FILE);
    try {
      Properties before = read(file);
      String drawn = before.getProperty(DIRECTORY_ID);
      String directoryId =
          known.orElse(
              drawn != null ? drawn : new TopicId(random.nextLong(), random.nextLong()).toString());
      NodeStarts now =
          new NodeStarts(
              directoryId,
              Long.parseLong(before.getProperty(STARTS, "0")) + 1,
              Optional.ofNullable(before.getProperty(FOUNDER)));
      now.write(file);
      return now;
    } catch (IOException | IllegalArgumentException e) {
      throw new StreamException(
          ErrorCode.DATA_DIRECTORY_INVALID,
          file
              + " cannot be used ("
              + e.getMessage()
              + "); bring it back, or take it away: then it is made anew, and the cluster says what is to"
              + " be in it",
          e);
    }
  }

  /**
   * Keeps, durably, who began the metadata log. It never changes, and a node must know it before it
   * is taken into that log.
   *
   * @throws IOException if it cannot be written
   */
  public NodeStarts joined(Path directory, String founderKey) throws IOException {
    NodeStarts now = new NodeStarts(directoryId, starts, Optional.of(founderKey));
    now.write(directory.resolve(FILE));
    return now;
  }

  private static Properties read(Path file) throws IOException {
    Properties values = new Properties();
    if (Files.exists(file)) {
      values.load(new StringReader(Files.readString(file)));
    }
    return values;
  }

  private void write(Path file) throws IOException {
    Properties values = new Properties();
    values.setProperty(DIRECTORY_ID, directoryId);
    values.setProperty(STARTS, Long.toString(starts));
    founder.ifPresent(key -> values.setProperty(FOUNDER, key));
    StringWriter text = new StringWriter();
    values.store(text, null);
    Path fresh = file.resolveSibling(FILE + ".new");
    Files.writeString(fresh, text.toString());
    sync(fresh);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path directory = file.getParent();
    if (directory != null) {
      sync(directory);
    }
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
