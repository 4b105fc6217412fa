package io.millrace.log.segment;

/**
 * A segment as it was when a task was made: what a pool thread may read while the owner appends.
 *
 * <p>Threading: immutable; the files and indexes it leads to are safe to read.
 */
record SegmentView(
    SegmentFile log,
    OffsetIndex offsets,
    TimeIndex times,
    long baseOffset,
    long nextOffset,
    int sizeBytes,
    long newestTimestampIfKnownMs,
    EpochTable epochs) {
  /** What to read now: another one, if compaction put one in its place since. */
  SegmentView newest() {
    SegmentView view = this;
    for (SegmentView next = log.successor(); next != null; next = view.log.successor()) {
      view = next;
    }
    return view;
  }

  static SegmentView of(Segment segment, EpochTable epochs) {
    return new SegmentView(
        segment.log(),
        segment.offsets(),
        segment.times(),
        segment.baseOffset(),
        segment.nextOffset(),
        segment.sizeBytes(),
        segment.newestTimestampIfKnownMs(),
        epochs);
  }
}
