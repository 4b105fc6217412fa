package io.millrace.endpoint.session;

import io.millrace.protocol.stream.message.CaughtUp;
import java.util.List;

/**
 * Tells a stream's client that nothing is left to read, once each time it gets there.
 *
 * <p>Threading: its session's.
 */
final class CatchingUp {
  private final RecordStream stream;
  private final StreamCursors cursors;
  private boolean behind = true;
  private int timesAtEnd;

  CatchingUp(RecordStream stream, StreamCursors cursors) {
    this.stream = stream;
    this.cursors = cursors;
  }

  void fellBehind() {
    behind = true;
  }

  /** Tells the client if it is so; a member that has no partitions is not told. */
  void check() {
    if (!behind || cursors.all().isEmpty() || !isAtEnd()) {
      return;
    }
    behind = false;
    // Those that are followed have no lag: what comes is delivered at once.
    List<StreamCursor> others =
        cursors.all().stream().filter(c -> c.state != StreamCursor.State.TAILING).toList();
    int mine = ++timesAtEnd;
    Lag.measure(stream.session().loop(), others, lag -> tell(mine, lag));
  }

  private boolean isAtEnd() {
    return cursors.all().stream()
        .allMatch(
            c ->
                stream.isPaused(c)
                    || c.state == StreamCursor.State.TAILING
                    || c.state == StreamCursor.State.ENDED);
  }

  /** Unless it fell behind while it was asked how far it is. */
  private void tell(int time, Lag lag) {
    if (!stream.isClosed() && !behind && time == timesAtEnd) {
      stream
          .session()
          .send(new CaughtUp(stream.id(), stream.resumeToken().toText(), lag.records(), lag.ms()));
    }
  }
}
