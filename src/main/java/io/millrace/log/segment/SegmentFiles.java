package io.millrace.log.segment;

import java.nio.file.Path;
import java.util.OptionalLong;

/** The names of a partition's files. */
public final class SegmentFiles {
  public static final String LOG_SUFFIX = ".log";
  public static final String OFFSET_INDEX_SUFFIX = ".index";
  public static final String TIME_INDEX_SUFFIX = ".timeindex";
  public static final String PRODUCERS_SUFFIX = ".producers";

  private static final int DIGITS = 20;

  private SegmentFiles() {}

  public static Path log(Path directory, long baseOffset) {
    return named(directory, baseOffset, LOG_SUFFIX);
  }

  public static Path offsetIndex(Path directory, long baseOffset) {
    return named(directory, baseOffset, OFFSET_INDEX_SUFFIX);
  }

  public static Path timeIndex(Path directory, long baseOffset) {
    return named(directory, baseOffset, TIME_INDEX_SUFFIX);
  }

  public static Path producers(Path directory, long offset) {
    return named(directory, offset, PRODUCERS_SUFFIX);
  }

  private static Path named(Path directory, long offset, String suffix) {
    return directory.resolve(String.format("%0" + DIGITS + "d%s", offset, suffix));
  }

  /** The offset in a name of 20 digits and this suffix; empty for any other name. */
  public static OptionalLong offsetIn(String name, String suffix) {
    if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
      return OptionalLong.empty();
    }
    for (int i = 0; i < DIGITS; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return OptionalLong.empty();
      }
    }
    try {
      return OptionalLong.of(Long.parseLong(name.substring(0, DIGITS)));
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // 20 digits can be more than a long.
    }
  }
}
