package io.millrace.log.retention;

/**
 * A segment as retention sees it.
 *
 * @param baseOffset offset of its first record
 * @param nextOffset one more than the offset of its last record; the base offset if it is empty
 * @param sizeBytes size of its {@code .log} file
 * @param newestTimestampMs newest timestamp of its records, {@link #NO_TIMESTAMP} if none has one
 */
public record SegmentSummary(
    long baseOffset, long nextOffset, long sizeBytes, long newestTimestampMs) {
  /** Of records whose producer gave no time. */
  public static final long NO_TIMESTAMP = -1;

  boolean isEmpty() {
    return nextOffset == baseOffset;
  }
}
