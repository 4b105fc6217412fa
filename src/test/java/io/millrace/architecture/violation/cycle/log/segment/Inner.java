package io.millrace.architecture.violation.cycle.log.segment;

import io.millrace.architecture.violation.cycle.log.Outer;

/** Knows what is above it, which knows it again. */
public final class Inner {

  private final Outer outer;

  /** Closes the cycle. */
  public Inner(Outer outer) {
    this.outer = outer;
  }

  Outer outer() {
    return outer;
  }
}
