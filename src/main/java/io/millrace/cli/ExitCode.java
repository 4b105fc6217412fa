package io.millrace.cli;

/** What a command's exit code says to a script. */
final class ExitCode {
  static final int OK = 0;

  /** The command was understood and failed; one line on standard error says why. */
  static final int FAILED = 1;

  /** The command line was wrong. */
  static final int USAGE = 2;

  /** {@code log verify} found damage, or {@code verify} a broken promise. */
  static final int DAMAGED = 3;

  /** No broker answered at the given address. */
  static final int NO_BROKER = 4;

  private ExitCode() {}
}
