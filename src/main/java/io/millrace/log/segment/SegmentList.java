package io.millrace.log.segment;

import java.util.ArrayList;
import java.util.List;

/**
 * A log's segments in order. Invariants, checked: there is at least one; each begins where the one
 * before it ends. The last one is the active one, the only one that is appended to.
 *
 * <p>Threading: the log's owner thread.
 */
final class SegmentList {
  private final List<Segment> segments;
  private long sizeOfInactiveBytes;

  SegmentList(List<Segment> found) {
    if (found.isEmpty()) {
      throw new IllegalArgumentException("a log has at least one segment");
    }
    segments = new ArrayList<>(found.subList(0, 1));
    for (Segment next : found.subList(1, found.size())) {
      add(next);
    }
  }

  Segment active() {
    return segments.get(segments.size() - 1);
  }

  Segment first() {
    return segments.get(0);
  }

  int size() {
    return segments.size();
  }

  Segment get(int index) {
    return segments.get(index);
  }

  List<Segment> all() {
    return List.copyOf(segments);
  }

  /** Makes a segment the active one. */
  void add(Segment next) {
    Segment last = active();
    if (next.baseOffset() != last.nextOffset()) {
      throw new IllegalStateException(
          "a segment at offset "
              + next.baseOffset()
              + " after one that ends at "
              + last.nextOffset());
    }
    sizeOfInactiveBytes += last.sizeBytes();
    segments.add(next);
  }

  /** The segment that holds this offset or, at the end of the log, will. */
  int indexOf(long offset) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).baseOffset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  long sizeBytes() {
    return sizeOfInactiveBytes + active().sizeBytes();
  }

  /** Takes the oldest segments off the list; never the active one. */
  List<Segment> removeOldest(int count) {
    if (count >= segments.size()) {
      throw new IllegalArgumentException(
          count + " of " + segments.size() + " segments cannot be removed: one is active");
    }
    List<Segment> oldest = segments.subList(0, count);
    List<Segment> removed = List.copyOf(oldest);
    oldest.clear();
    for (Segment segment : removed) {
      sizeOfInactiveBytes -= segment.sizeBytes();
    }
    return removed;
  }

  /** Puts one segment in the place of some that are closed and follow each other. */
  void replace(List<Segment> replaced, Segment by) {
    int from = segments.indexOf(replaced.get(0));
    List<Segment> range =
        from < 0 || from + replaced.size() >= segments.size()
            ? List.of()
            : segments.subList(from, from + replaced.size());
    Segment last = replaced.get(replaced.size() - 1);
    if (!range.equals(replaced)
        || by.baseOffset() != replaced.get(0).baseOffset()
        || by.nextOffset() != last.nextOffset()) {
      throw new IllegalStateException(by + " cannot take the place of " + replaced);
    }
    for (Segment gone : replaced) {
      sizeOfInactiveBytes -= gone.sizeBytes();
    }
    sizeOfInactiveBytes += by.sizeBytes();
    range.clear();
    segments.add(from, by);
  }

  /** Whether these are in the list, one behind the other, and closed. */
  boolean hasClosed(List<Segment> wanted) {
    int from = segments.indexOf(wanted.get(0));
    return from >= 0
        && from + wanted.size() < segments.size()
        && segments.subList(from, from + wanted.size()).equals(wanted);
  }

  /** Takes the newest segments off the list, so that the one before them is active again. */
  List<Segment> removeAfter(int index) {
    List<Segment> newest = segments.subList(index + 1, segments.size());
    List<Segment> removed = List.copyOf(newest);
    newest.clear();
    sizeOfInactiveBytes = 0;
    for (Segment segment : segments.subList(0, index)) {
      sizeOfInactiveBytes += segment.sizeBytes();
    }
    return removed;
  }

  /** Forgets all of them; this one is the first and the active one. */
  void startOver(Segment first) {
    segments.clear();
    segments.add(first);
    sizeOfInactiveBytes = 0;
  }
}
