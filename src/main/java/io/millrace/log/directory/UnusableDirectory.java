package io.millrace.log.directory;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Says in words why a path does not do as a data directory. */
final class UnusableDirectory {
  private UnusableDirectory() {}

  static StreamException because(Path path, IOException cause) {
    return new StreamException(
        ErrorCode.DATA_DIRECTORY_INVALID,
        "data directory " + path + " cannot be used: " + reason(cause),
        cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof NotDirectoryException || cause instanceof FileAlreadyExistsException) {
      return "it is a file, expected a directory";
    }
    if (cause instanceof AccessDeniedException denied) {
      return "access to "
          + denied.getFile()
          + " is denied; the user that runs the server must be able to read and write it";
    }
    return String.valueOf(cause.getMessage());
  }
}
