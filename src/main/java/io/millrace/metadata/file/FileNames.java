package io.millrace.metadata.file;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names in the directory: {@code <first index>.log} and {@code <index>.snapshot}, 20 digits
 * each, so that the order of names is that of indexes.
 */
final class FileNames {
  private static final String LOG = ".log";
  private static final String SNAPSHOT = ".snapshot";
  static final String TEMPORARY = ".tmp";
  private static final Pattern DIGITS = Pattern.compile("\\d{20}");

  private FileNames() {}

  static String log(long firstIndex) {
    return String.format(Locale.ROOT, "%020d%s", firstIndex, LOG);
  }

  static String snapshot(long index) {
    return String.format(Locale.ROOT, "%020d%s", index, SNAPSHOT);
  }

  /** The indexes in the names of log files, smallest first. */
  static List<Long> logs(List<String> names) {
    return indexes(names, LOG);
  }

  /** The indexes in the names of snapshots, smallest first. */
  static List<Long> snapshots(List<String> names) {
    return indexes(names, SNAPSHOT);
  }

  private static List<Long> indexes(List<String> names, String suffix) {
    return names.stream()
        .filter(name -> name.endsWith(suffix))
        .map(name -> name.substring(0, name.length() - suffix.length()))
        .filter(digits -> DIGITS.matcher(digits).matches())
        .map(Long::parseLong)
        .sorted()
        .toList();
  }
}
