package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Subscribe;

/**
 * How a stream behaves.
 *
 * @param skipWhenSlow whether a reader that cannot take what is new jumps over it
 * @param whenOutOfRange what happens if the position is not in the log
 * @param selfGranting whether credit renews itself as it is used
 */
record StreamOptions(boolean skipWhenSlow, OutOfRange whenOutOfRange, boolean selfGranting) {
  enum OutOfRange {
    EARLIEST,
    LATEST,
    ERROR
  }

  /**
   * @throws StreamException INVALID_REQUEST for a word that is not known
   */
  static StreamOptions of(Subscribe message, boolean selfGranting) {
    boolean skip =
        switch (message.getOnSlow()) {
          case "wait" -> false;
          case "skip" -> true;
          default -> throw invalid("onSlow", message.getOnSlow(), "wait or skip");
        };
    OutOfRange outOfRange =
        switch (message.getOnOutOfRange()) {
          case "earliest" -> OutOfRange.EARLIEST;
          case "latest" -> OutOfRange.LATEST;
          case "error" -> OutOfRange.ERROR;
          default ->
              throw invalid("onOutOfRange", message.getOnOutOfRange(), "earliest, latest or error");
        };
    return new StreamOptions(skip, outOfRange, selfGranting);
  }

  private static StreamException invalid(String field, String value, String expected) {
    String shown = value.length() > 40 ? value.substring(0, 40) + "..." : value;
    return new StreamException(
        ErrorCode.INVALID_REQUEST, field + " is '" + shown + "', expected " + expected);
  }
}
