package io.millrace.group;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.millrace.model.ErrorCode;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupError;

/**
 * A pattern for names of topics, in RE2's syntax, that has to match the whole name. Matching takes
 * time in proportion to the name's length and the pattern's size.
 */
final class TopicPattern {
  private final Pattern pattern;

  private TopicPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** One that {@link #check} found nothing wrong with. */
  static TopicPattern of(String regex) {
    return new TopicPattern(Pattern.compile(regex));
  }

  /**
   * Whether a client's pattern can be used.
   *
   * @param maxSize most characters that it may have after its counted repetitions were written out:
   *     their counts multiply when they are nested, which the library does not bound
   */
  static GroupError check(String regex, int maxSize) {
    if (expandedSize(regex) > maxSize) {
      return refused(
          "the pattern for topics is larger than "
              + maxSize
              + " characters when its repetitions are written out; use a simpler one");
    }
    try {
      Pattern.compile(regex);
      return GroupError.NONE;
    } catch (PatternSyntaxException e) {
      return refused("the pattern for topics is not a valid RE2 expression: " + e.getMessage());
    }
  }

  boolean matches(TopicName topic) {
    return pattern.matches(topic.value());
  }

  private static GroupError refused(String reason) {
    return new GroupError(ErrorCode.INVALID_REGULAR_EXPRESSION, reason);
  }

  /**
   * An upper bound of the size. It takes every repetition for one that is nested in all others, and
   * braces that are meant literally for repetitions: that only makes it larger.
   */
  private static long expandedSize(String regex) {
    long factor = 1;
    int open = regex.indexOf('{');
    while (open >= 0) {
      factor = Math.min(Integer.MAX_VALUE, factor * largestCount(regex, open + 1));
      open = regex.indexOf('{', open + 1);
    }
    return factor * regex.length();
  }

  /** The larger of the numbers in {@code n}, {@code n,} or {@code n,m}; 1 if there are none. */
  private static long largestCount(String regex, int start) {
    long largest = 1;
    long number = 0;
    for (int at = start; at < regex.length(); at++) {
      char character = regex.charAt(at);
      if (character >= '0' && character <= '9') {
        number = Math.min(Integer.MAX_VALUE, number * 10 + (character - '0'));
        largest = Math.max(largest, number);
      } else if (character == ',') {
        number = 0;
      } else {
        break;
      }
    }
    return largest;
  }
}
