package io.millrace.architecture.violation.cycle.log;

import io.millrace.architecture.violation.cycle.log.segment.Inner;

/** Knows what is below it, which knows it again. */
public final class Outer {

  private final Inner inner = new Inner(this);

  Inner inner() {
    return inner;
  }
}
