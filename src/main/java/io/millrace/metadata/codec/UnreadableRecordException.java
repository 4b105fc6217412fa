package io.millrace.metadata.codec;

import java.io.IOException;

/** Bytes that are no fact which this build can read; the message says why and what to do. */
public final class UnreadableRecordException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnreadableRecordException(String message) {
    super(message);
  }

  public UnreadableRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
