package io.millrace.protocol.stream;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;

/** Makes the errors of decoding. */
final class Malformed {
  private static final int SHOWN = 60;

  private Malformed() {}

  static StreamException request(String message) {
    return new StreamException(ErrorCode.INVALID_REQUEST, message);
  }

  static StreamException request(String message, Throwable cause) {
    return new StreamException(ErrorCode.INVALID_REQUEST, message, cause);
  }

  /** The start of a text that somebody else wrote, for an error text. */
  static String shown(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
