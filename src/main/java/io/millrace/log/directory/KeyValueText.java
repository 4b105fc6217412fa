package io.millrace.log.directory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The text of the small files that people may read: a line {@code key=value} each, in UTF-8; empty
 * lines and lines that begin with '#' are skipped.
 */
final class KeyValueText {
  static final int MAX_BYTES = 16 * 1024;

  private final String fileName;
  private final Map<String, String> values = new LinkedHashMap<>();

  private KeyValueText(String fileName) {
    this.fileName = fileName;
  }

  static KeyValueText parse(String fileName, byte[] bytes) throws IOException {
    KeyValueText text = new KeyValueText(fileName);
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      String trimmed = line.trim();
      if (trimmed.isEmpty() || trimmed.startsWith("#")) {
        continue;
      }
      int equals = trimmed.indexOf('=');
      if (equals <= 0) {
        throw new IOException(
            fileName + " has the line '" + shortened(trimmed) + "', expected key=value");
      }
      String key = trimmed.substring(0, equals).trim();
      if (text.values.put(key, trimmed.substring(equals + 1).trim()) != null) {
        throw new IOException(fileName + " has '" + shortened(key) + "' twice");
      }
    }
    return text;
  }

  static byte[] format(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The value of a key that must be there. */
  String get(String key) throws IOException {
    String value = values.get(key);
    if (value == null || value.isEmpty()) {
      throw new IOException(fileName + " has no " + key);
    }
    return value;
  }

  int getInt(String key) throws IOException {
    String value = get(key);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IOException(
          fileName + " has " + key + "=" + shortened(value) + ", expected a number", e);
    }
  }

  /**
   * Refuses a file of a format that this server does not know.
   *
   * @throws IOException that says which version was found and which one is known
   */
  void requireVersion(int known) throws IOException {
    int version = getInt("version");
    if (version != known) {
      throw new IOException(
          fileName
              + " has format version "
              + version
              + ", this server knows version "
              + known
              + "; run the server that wrote it, or a newer one");
    }
  }

  private static String shortened(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }
}
