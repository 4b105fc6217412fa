package io.millrace.log.segment;

import java.io.IOException;

/**
 * A segment that is appended to no more and durable, as compaction sees it.
 *
 * <p>Threading: made on the log's owner thread; any thread afterwards.
 */
public final class ClosedSegment {
  private final Segment segment;
  private final SegmentView view;
  private final long newestTimestampMs;
  private final long firstTimestampMs;

  ClosedSegment(Segment segment, EpochTable epochs) throws IOException {
    this.segment = segment;
    this.newestTimestampMs = segment.newestTimestampMs();
    this.firstTimestampMs = segment.firstTimestampMs();
    this.view = SegmentView.of(segment, epochs);
  }

  public long baseOffset() {
    return view.baseOffset();
  }

  /** One more than its last offset. */
  public long nextOffset() {
    return view.nextOffset();
  }

  public int sizeBytes() {
    return view.sizeBytes();
  }

  /** Of its records, -1 if none has one. */
  public long newestTimestampMs() {
    return newestTimestampMs;
  }

  /** Of its first batch, -1 if it has none. */
  public long firstTimestampMs() {
    return firstTimestampMs;
  }

  /**
   * Begins to read it. Blocking; close the result.
   *
   * @throws java.nio.file.NoSuchFileException if it was deleted or replaced since
   */
  public BatchInput open() throws IOException {
    return new BatchInput(view);
  }

  Segment segment() {
    return segment;
  }

  @Override
  public String toString() {
    return segment.toString();
  }
}
