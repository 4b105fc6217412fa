package io.millrace.metadata.raft;

import io.microraft.exception.CannotReplicateException;
import io.microraft.exception.IndeterminateStateException;
import io.microraft.exception.NotLeaderException;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;

/** What the library's failures are to those who asked. */
final class LogErrors {
  private LogErrors() {}

  static StreamException of(Throwable error) {
    if (error instanceof StreamException known) {
      return known;
    } else if (error instanceof NotLeaderException) {
      return notLeader();
    } else if (error instanceof IndeterminateStateException) {
      return new StreamException(
          ErrorCode.LEADER_NOT_AVAILABLE,
          "this node stopped leading the metadata log before it knew what became of the change;"
              + " look at it, and ask again",
          error);
    } else if (error instanceof CannotReplicateException) {
      return new StreamException(
          ErrorCode.THROTTLED,
          "the metadata log takes no changes at the moment; ask again shortly",
          error);
    }
    return new StreamException(
        ErrorCode.LEADER_NOT_AVAILABLE, "the metadata log did not take the change", error);
  }

  static StreamException notLeader() {
    return new StreamException(
        ErrorCode.LEADER_NOT_AVAILABLE, "this node does not lead the metadata log; ask again");
  }
}
