package io.millrace.log.segment;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The names of a partition's files. */
public final class SegmentFiles {
  public static final String LOG_SUFFIX = ".log";
  public static final String OFFSET_INDEX_SUFFIX = ".index";
  public static final String TIME_INDEX_SUFFIX = ".timeindex";
  public static final String PRODUCERS_SUFFIX = ".producers";

  /** Behind the name of a file that compaction is still writing. */
  static final String CLEANED_SUFFIX = ".cleaned";

  /** Behind the name of a file that is about to take the place of others. */
  static final String SWAP_SUFFIX = ".swap";

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

  /** What a file is called while compaction writes it. */
  static Path cleaned(Path file) {
    return file.resolveSibling(file.getFileName() + CLEANED_SUFFIX);
  }

  /** What an index is called until its segment has taken the place of others. */
  static Path swap(Path file) {
    return file.resolveSibling(file.getFileName() + SWAP_SUFFIX);
  }

  /** What a compacted log is called until it has taken the place of all from base to next. */
  static Path swapLog(Path directory, long baseOffset, long nextOffset) {
    return directory.resolve(
        digits(baseOffset) + "-" + digits(nextOffset) + LOG_SUFFIX + SWAP_SUFFIX);
  }

  /** The two offsets in the name of {@link #swapLog}; null for any other name. */
  static long @Nullable [] swapRange(String name) {
    if (name.length() <= DIGITS || name.charAt(DIGITS) != '-') {
      return null;
    }
    OptionalLong base = offsetIn(name.substring(0, DIGITS), "");
    OptionalLong next = offsetIn(name.substring(DIGITS + 1), LOG_SUFFIX + SWAP_SUFFIX);
    return base.isPresent() && next.isPresent()
        ? new long[] {base.getAsLong(), next.getAsLong()}
        : null;
  }

  private static String digits(long offset) {
    return String.format("%0" + DIGITS + "d", offset);
  }

  private static Path named(Path directory, long offset, String suffix) {
    return directory.resolve(digits(offset) + suffix);
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
