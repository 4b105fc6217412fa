package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression over whole topic names that a client gave. Java's engine backtracks, so an
 * expression can be made to take exponential time: each match gets a budget of steps, which every
 * sensible expression stays far below, and one that passes it is refused.
 */
final class TopicPattern {
  static final int MAX_LENGTH = 1_024;
  private static final int MAX_STEPS = 50_000;

  private final Pattern pattern;

  private TopicPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * @throws StreamException INVALID_REQUEST if it is too long or no regular expression
   */
  static TopicPattern parse(String expression) {
    if (expression.length() > MAX_LENGTH) {
      throw refused("has " + expression.length() + " characters, at most " + MAX_LENGTH + " go");
    }
    try {
      return new TopicPattern(Pattern.compile(expression));
    } catch (PatternSyntaxException e) {
      throw refused("is no regular expression: " + e.getDescription());
    }
  }

  /** The expression. */
  String text() {
    return pattern.pattern();
  }

  /**
   * @throws StreamException INVALID_REQUEST if matching takes too many steps
   */
  boolean matches(TopicName topic) {
    try {
      return pattern.matcher(new CountedText(topic.value(), new Steps())).matches();
    } catch (StackOverflowError e) {
      throw refused("nests too deeply");
    }
  }

  private static StreamException refused(String what) {
    return new StreamException(ErrorCode.INVALID_REQUEST, "the topic pattern " + what);
  }

  /** How much of a budget is used. */
  private static final class Steps {
    private int taken;
  }

  /** A text that counts how often it is looked at. */
  private record CountedText(String text, Steps steps) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++steps.taken > MAX_STEPS) {
        throw refused("takes too long to match; avoid repetitions inside repetitions");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new CountedText(text.substring(start, end), steps);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
