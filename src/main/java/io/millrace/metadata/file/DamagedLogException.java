package io.millrace.metadata.file;

import java.io.IOException;

/** The metadata log cannot be trusted; nothing was changed, and the node must not start on it. */
public final class DamagedLogException extends IOException {
  private static final long serialVersionUID = 1L;

  public DamagedLogException(String message) {
    super(message);
  }

  public DamagedLogException(String message, Throwable cause) {
    super(message, cause);
  }
}
