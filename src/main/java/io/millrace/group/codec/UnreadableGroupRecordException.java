package io.millrace.group.codec;

/** Bytes that are no fact about a group which this build can read; says why and what to do. */
public final class UnreadableGroupRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadableGroupRecordException(String message) {
    super(message);
  }

  UnreadableGroupRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
