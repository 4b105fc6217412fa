package io.millrace.log.compaction;

import io.millrace.log.LogTask;
import io.millrace.log.compaction.BatchCleaner.Verdict;
import io.millrace.log.segment.BatchInput;
import io.millrace.log.segment.ClosedSegment;
import io.millrace.log.segment.SegmentWriter;
import io.millrace.record.BatchHeader;
import io.millrace.record.BatchRewriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a compaction, for the segments that become one: what stays of them is written
 * to a new one. In the place of batches that go is one without records, so that offsets keep
 * following each other without a hole: that is how a damaged offset is told from a right one. It
 * never reaches over the beginning of a leader epoch.
 *
 * <p>Threading: one thread at a time; blocking.
 */
final class GroupCleaning {
  private final List<ClosedSegment> group;
  private final LogTask<SegmentWriter> begin;
  private final BatchCleaner cleaner;
  private final Iterator<ClosedSegment> segments;
  private @Nullable SegmentWriter writer;
  private @Nullable BatchInput input;
  private boolean complete;
  private boolean changed;
  private boolean hasGap;
  private long gapBase;
  private long gapLast;
  private int gapEpoch;
  private long gapNewestMs;

  GroupCleaning(List<ClosedSegment> group, LogTask<SegmentWriter> begin, BatchCleaner cleaner) {
    this.group = group;
    this.begin = begin;
    this.cleaner = cleaner;
    this.segments = group.iterator();
    this.changed = group.size() > 1;
  }

  List<ClosedSegment> group() {
    return group;
  }

  /** Goes on for about so many bytes of input; how many it read and wrote. */
  long advance(int maxBytes) throws IOException {
    SegmentWriter target = writer;
    if (target == null) {
      target = begin.run();
      writer = target;
    }
    long read = 0;
    int before = target.sizeBytes();
    while (!complete && read < maxBytes) {
      BatchInput current = input;
      if (current == null) {
        if (!segments.hasNext()) {
          closeGap(target);
          complete = true;
          break;
        }
        input = segments.next().open();
      } else if (current.next()) {
        read += current.sizeBytes();
        clean(current, target);
      } else {
        current.close();
        input = null;
      }
    }
    return read + target.sizeBytes() - before;
  }

  private void clean(BatchInput current, SegmentWriter target) throws IOException {
    ByteBuffer buffer = current.buffer();
    int at = current.at();
    Verdict verdict = cleaner.judge(buffer, at);
    if (verdict instanceof Verdict.Drop) {
      drop(buffer, at, target);
      return;
    }
    closeGap(target);
    if (verdict instanceof Verdict.Replace replace) {
      changed = true;
      target.append(replace.batch(), 0, replace.batch().limit());
    } else {
      target.append(buffer, at, current.sizeBytes());
    }
  }

  private void drop(ByteBuffer buffer, int at, SegmentWriter target) throws IOException {
    int epoch = BatchHeader.leaderEpoch(buffer, at);
    boolean isGap =
        BatchHeader.recordCount(buffer, at) == 0 && BatchHeader.producerId(buffer, at) < 0;
    // A gap of an earlier run that stays alone is no change.
    changed |= !isGap || hasGap;
    if (hasGap && epoch != gapEpoch) {
      closeGap(target);
    }
    if (!hasGap) {
      hasGap = true;
      gapBase = BatchHeader.baseOffset(buffer, at);
      gapEpoch = epoch;
      gapNewestMs = -1;
    }
    gapLast = BatchHeader.lastOffset(buffer, at);
    gapNewestMs = Math.max(gapNewestMs, BatchHeader.maxTimestampMs(buffer, at));
  }

  private void closeGap(SegmentWriter target) throws IOException {
    if (hasGap) {
      hasGap = false;
      ByteBuffer batch = BatchRewriter.inPlaceOf(gapBase, gapLast, gapEpoch, gapNewestMs);
      target.append(batch, 0, batch.limit());
    }
  }

  boolean isComplete() {
    return complete;
  }

  /** Whether what was written is any different. */
  boolean isChanged() {
    return changed;
  }

  /** What was written, once complete. */
  SegmentWriter writer() {
    SegmentWriter written = writer;
    if (!complete || written == null) {
      throw new IllegalStateException("not complete");
    }
    return written;
  }

  /** Stops; nothing that was written stays. */
  void discard() throws IOException {
    BatchInput current = input;
    if (current != null) {
      current.close();
    }
    input = null;
    SegmentWriter written = writer;
    if (written != null) {
      written.discard();
    }
    complete = true;
  }
}
