package io.millrace.cli;

import java.util.Locale;

/** Who reads what a command prints. */
enum OutputForm {
  /** Tables and sentences for people. */
  TEXT,
  /** JSON for scripts; numbers are numbers, names are stable. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
