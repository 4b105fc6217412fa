package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;

/** Makes the error for bytes from another node that are not a message. */
final class WireFormatError {
  private WireFormatError() {}

  static StreamException of(String what) {
    return new StreamException(ErrorCode.INVALID_REQUEST, "malformed bus message: " + what);
  }
}
