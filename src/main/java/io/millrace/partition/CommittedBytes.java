package io.millrace.partition;

import java.util.ArrayDeque;

/**
 * Turns a high watermark that moves into bytes: how many bytes of appended batches it has newly
 * passed. Remembers only what was appended and is not committed.
 */
final class CommittedBytes {
  private final ArrayDeque<Span> uncommitted = new ArrayDeque<>();

  void appended(long lastOffset, long sizeBytes) {
    uncommitted.addLast(new Span(lastOffset, sizeBytes));
  }

  /** The bytes of the batches that end below this high watermark and did not before. */
  long passed(long highWatermark) {
    long bytes = 0;
    while (!uncommitted.isEmpty() && uncommitted.getFirst().lastOffset < highWatermark) {
      bytes += uncommitted.removeFirst().sizeBytes;
    }
    return bytes;
  }

  private record Span(long lastOffset, long sizeBytes) {}
}
