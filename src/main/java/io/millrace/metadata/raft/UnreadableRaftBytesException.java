package io.millrace.metadata.raft;

import java.io.IOException;

/** Bytes that are no message or entry of Raft which this release reads; the message says why. */
final class UnreadableRaftBytesException extends IOException {
  private static final long serialVersionUID = 1L;

  UnreadableRaftBytesException(String message) {
    super(message);
  }
}
