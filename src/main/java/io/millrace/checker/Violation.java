package io.millrace.checker;

/** A rule that does not hold, and where. */
public record Violation(Rule rule, String what) {
  @Override
  public String toString() {
    return rule + ": " + what;
  }
}
