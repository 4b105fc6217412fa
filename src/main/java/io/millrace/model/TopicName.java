package io.millrace.model;

import java.util.regex.Pattern;

/**
 * A valid topic name: 1 to 249 of {@code [A-Za-z0-9._-]}, and neither "." nor ".." (Kafka's rule,
 * so that names are file names).
 */
public record TopicName(String value) implements Comparable<TopicName> {
  public static final int MAX_LENGTH = 249;
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_LENGTH + "}");

  /**
   * @throws StreamException INVALID_TOPIC if the name breaks the rule
   */
  public TopicName {
    if (!LEGAL.matcher(value).matches() || value.equals(".") || value.equals("..")) {
      String shown = value.length() > 60 ? value.substring(0, 60) + "..." : value;
      throw new StreamException(
          ErrorCode.INVALID_TOPIC,
          "topic name '"
              + shown
              + "' ("
              + value.length()
              + " characters) is not valid: use 1 to "
              + MAX_LENGTH
              + " of A-Z a-z 0-9 . _ - and not '.' or '..'");
    }
  }

  /** Whether only the server itself writes to the topic; see {@link InternalTopics}. */
  public boolean isInternal() {
    return InternalTopics.isInternal(this);
  }

  @Override
  public int compareTo(TopicName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
