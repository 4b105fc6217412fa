package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;

/** Exceptions of the layers below, for people and for callers. */
final class Failures {
  private Failures() {}

  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  static StreamException of(Throwable failure) {
    return failure instanceof StreamException own
        ? own
        : new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR, reason(failure), failure);
  }

  static StreamException unexpected(Object answer) {
    return new StreamException(
        ErrorCode.UNKNOWN_SERVER_ERROR,
        "the broker answered with " + answer.getClass().getSimpleName() + ", which does not fit");
  }

  static StreamException exhausted(BufferMemory memory) {
    return new StreamException(
        ErrorCode.BUFFER_EXHAUSTED,
        "the records that wait take "
            + memory.reservedBytes()
            + " of "
            + memory.totalBytes()
            + " bytes of buffer.memory: wait for some to be acknowledged");
  }

  static StreamException closed(String what) {
    return new StreamException(ErrorCode.CLOSED, "the " + what + " is closed");
  }
}
