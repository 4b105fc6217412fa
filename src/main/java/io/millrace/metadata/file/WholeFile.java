package io.millrace.metadata.file;

import io.millrace.metadata.file.MetadataDirectory.AppendFile;
import io.millrace.metadata.file.MetadataDirectory.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Files that are there with all of their content, or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Makes a whole file durable; its name is, once the directory is synced.
   *
   * @throws DiskFullException if there is no space; then all is as it was
   */
  public static void write(MetadataDirectory directory, String name, List<ByteBuffer> content)
      throws IOException {
    String temporary = name + FileNames.TEMPORARY;
    try (AppendFile file = directory.append(temporary)) {
      file.truncate(0);
      for (ByteBuffer part : content) {
        file.append(part);
      }
      file.sync();
    } catch (DiskFullException e) {
      directory.delete(temporary);
      throw e;
    }
    directory.rename(temporary, name);
  }

  /** Deletes what was begun and never finished. */
  public static void deleteUnfinished(MetadataDirectory directory) throws IOException {
    for (String name : directory.names()) {
      if (name.endsWith(FileNames.TEMPORARY)) {
        directory.delete(name);
      }
    }
  }
}
