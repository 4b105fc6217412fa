package io.millrace.endpoint.session;

import io.millrace.bus.FetchReply;
import io.millrace.model.ErrorCode;
import java.util.function.Consumer;

/**
 * What happens to a cursor whose read was refused: out of range, it is set back, as the client
 * asked or to the end of what a truncation has left, and the client is told; else it is tried again
 * for as long as that can help.
 */
final class ReadFailure {
  /** The client hears of a failure that lasts so many tries. */
  private static final int TOLD_AFTER = 5;

  private final RecordStream stream;
  private final StreamCursor cursor;

  ReadFailure(RecordStream stream, StreamCursor cursor) {
    this.stream = stream;
    this.cursor = cursor;
  }

  void handle(FetchReply.Result result, Consumer<StreamCursor> retryLater) {
    if (result.error() == ErrorCode.OFFSET_OUT_OF_RANGE) {
      outOfRange(result);
    } else if (result.error().retriable()) {
      cursor.fenced =
          result.error() == ErrorCode.FENCED_LEADER_EPOCH
              || result.error() == ErrorCode.UNKNOWN_LEADER_EPOCH;
      if (cursor.failures == TOLD_AFTER) {
        tell(result.error(), result.reason());
      }
      retryLater.accept(cursor);
    } else {
      tell(result.error(), result.reason());
      stream.toEnded(cursor);
    }
  }

  private void outOfRange(FetchReply.Result result) {
    boolean removed = cursor.position < result.logStartOffset();
    if (cursor.proven && !removed) {
      truncated(result.highWatermark());
      return;
    }
    switch (stream.options().whenOutOfRange()) {
      case EARLIEST -> stream.gap(cursor, result.logStartOffset(), removed ? "retention" : "reset");
      case LATEST -> stream.gap(cursor, result.highWatermark(), removed ? "retention" : "reset");
      case ERROR -> {
        tell(result.error(), result.reason());
        stream.toEnded(cursor);
      }
    }
  }

  /**
   * What was read before the position is not in the log any more: it goes back to where the log
   * still is as it was.
   */
  void truncated(long commonEndOffset) {
    if (stream.options().whenOutOfRange() == StreamOptions.OutOfRange.ERROR) {
      tell(
          ErrorCode.OFFSET_OUT_OF_RANGE,
          "the log was truncated, what was read before is the same up to offset "
              + commonEndOffset
              + " only");
      stream.toEnded(cursor);
    } else {
      stream.gap(cursor, commonEndOffset, "truncation");
    }
  }

  private void tell(ErrorCode error, String reason) {
    String text =
        "partition "
            + cursor.partition.partition()
            + " of '"
            + cursor.topic
            + "' cannot be read at offset "
            + cursor.position
            + ": "
            + (reason.isEmpty() ? error.sentence() : reason);
    stream.session().sendError(null, stream.id(), error, text);
  }
}
