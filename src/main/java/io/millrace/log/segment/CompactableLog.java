package io.millrace.log.segment;

import io.millrace.log.LogTask;
import io.millrace.log.segment.SegmentReplacement.Replaced;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What compaction sees of a log and may do to it: read closed segments, and put one that it wrote
 * in the place of some of them.
 *
 * <p>Threading: the log's owner thread; the tasks on a pool thread, one at a time with all other
 * maintenance of the log.
 */
public final class CompactableLog {
  private final LogState state;
  private final BooleanSupplier outOfUse;

  CompactableLog(LogState state, BooleanSupplier outOfUse) {
    this.state = state;
    this.outOfUse = outOfUse;
  }

  /** The topic's settings as they are now. */
  public CompactionSettings settings() {
    return state.config().compaction();
  }

  /** The size that a segment is rolled at. */
  public int segmentBytes() {
    return state.config().segmentBytes();
  }

  /** Records of one batch, decompressed, that may be looked at. */
  public long decompressionBytes() {
    return state.limits().decompressionBytes();
  }

  /** Whether it is closed, being truncated, or damaged: nothing may be done to it. */
  public boolean isOutOfUse() {
    return outOfUse.getAsBoolean() || state.health().worst().isPresent();
  }

  /** The time to hold records' timestamps and delete horizons against, ms since 1970. */
  public long nowMs() {
    return state.retentionClock().nowMs();
  }

  public long startOffset() {
    return state.startOffset();
  }

  /** How far compaction came. */
  public CompactionCheckpoint progress() {
    return state.compacted();
  }

  /**
   * The segments that are closed, durable, known to recovery by a snapshot at their end, and end at
   * or below the limit; oldest first. Blocks for some small reads, once for each.
   */
  public List<ClosedSegment> closedSegments(long limitOffset) throws IOException {
    long limit = Math.min(limitOffset, state.pending().deletableEnd());
    List<ClosedSegment> closed = new ArrayList<>();
    for (Segment segment : state.segments().all()) {
      if (segment == state.segments().active() || segment.nextOffset() > limit) {
        break;
      }
      closed.add(new ClosedSegment(segment, state.epochs()));
    }
    return closed;
  }

  /**
   * First offsets of the batches that idempotent producers are known by, ascending. Their headers
   * have to stay, so that the producers' state can be read from the log alone.
   */
  public long[] rememberedBatches() {
    List<Long> bases = new ArrayList<>();
    for (Map.Entry<Long, ProducerEntry> producer : state.producers().entries()) {
      for (int i = 0; i < producer.getValue().count(); i++) {
        bases.add(producer.getValue().batch(i).baseOffset());
      }
    }
    long[] sorted = bases.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  /** Whether these are still the log's, one behind the other. */
  public boolean has(List<ClosedSegment> segments) {
    return !isOutOfUse() && state.segments().hasClosed(segmentsOf(segments));
  }

  private static List<Segment> segmentsOf(List<ClosedSegment> closed) {
    return closed.stream().map(ClosedSegment::segment).toList();
  }

  /** Begins a segment at this base offset, beside the one that is there. */
  public LogTask<SegmentWriter> writer(long baseOffset) {
    int interval = state.config().indexIntervalBytes();
    return () -> new SegmentWriter(state.disk(), state.directory(), baseOffset, interval);
  }

  /**
   * Makes what was written durable and puts its files in the place of these segments'. Hand the
   * result to {@link #install} before anything else happens to the log.
   *
   * @throws IllegalStateException if the segments are not the log's any more
   */
  public LogTask<Replaced> replace(List<ClosedSegment> replaced, SegmentWriter by) {
    List<Segment> segments = segmentsOf(replaced);
    if (!state.segments().hasClosed(segments)) {
      throw new IllegalStateException(segments + " are not in the log any more");
    }
    return new SegmentReplacement(state.disk(), segments, by);
  }

  /**
   * From now on readers get the new segment; those that are at it go on with the old ones.
   *
   * @return lets the old ones' files go
   */
  public LogTask<?> install(Replaced done) {
    return done.install(state);
  }

  /** Writes down how far compaction came, durably; it counts at once. */
  public LogTask<?> saveProgress(CompactionCheckpoint next) {
    state.setCompacted(next);
    return () -> {
      next.write(state.disk(), state.directory());
      return next;
    };
  }

  /** A segment turned out to be damaged, or files are in a state that only opening can mend. */
  public void reportDamage(String what) {
    state.health().reportDamage(what);
  }
}
