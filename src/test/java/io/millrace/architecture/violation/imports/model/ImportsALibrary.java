package io.millrace.architecture.violation.imports.model;

import io.vertx.core.buffer.Buffer;

/** The model imports no library, so this must be refused. */
final class ImportsALibrary {

  private final Buffer buffer = Buffer.buffer();

  Buffer buffer() {
    return buffer;
  }
}
