package io.millrace.architecture.violation.imports.model;

import io.millrace.architecture.violation.imports.bus.Target;

/** The model imports nothing of ours, so this must be refused. */
final class ImportsAHigherLayer {

  private final Target target = new Target();

  Target target() {
    return target;
  }
}
