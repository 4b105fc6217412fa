package io.millrace.log.compaction;

import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.BatchRewriter;
import io.millrace.record.RecordReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a batch. A record stays if no later one has its key; a tombstone that stays gives
 * its batch a delete horizon, now plus delete.retention.ms, the first time that the records before
 * it are taken away, and goes once that is past (KIP-534). Records without a key, which a topic may
 * have from before it was compacted, go. The header of a batch that a producer is known by stays
 * without records.
 *
 * <p>Threading: one thread at a time.
 */
final class BatchCleaner {
  private final OffsetMap map;
  private final long endOffset;
  private final long nowMs;
  private final long deleteRetentionMs;
  private final long[] rememberedBatches;
  private final long decompressionBytes;
  private final BitSet kept = new BitSet();
  private long removedRecords;
  private long nextHorizonMs = Long.MAX_VALUE;

  /**
   * @param endOffset the map tells the truth about all records before it
   * @param nowMs the run's time, ms since 1970
   * @param rememberedBatches first offsets of the batches whose headers stay, ascending
   */
  BatchCleaner(
      OffsetMap map,
      long endOffset,
      long nowMs,
      long deleteRetentionMs,
      long[] rememberedBatches,
      long decompressionBytes) {
    this.map = map;
    this.endOffset = endOffset;
    this.nowMs = nowMs;
    this.deleteRetentionMs = deleteRetentionMs;
    this.rememberedBatches = rememberedBatches;
    this.decompressionBytes = decompressionBytes;
  }

  /** What is to be written instead of a batch. */
  sealed interface Verdict {
    /** The batch as it is. */
    record Keep() implements Verdict {}

    /** Nothing. */
    record Drop() implements Verdict {}

    /** Another batch over the same offsets. */
    record Replace(ByteBuffer batch) implements Verdict {}
  }

  private static final Verdict KEEP = new Verdict.Keep();
  private static final Verdict DROP = new Verdict.Drop();

  /** Whether compaction has to leave it alone: its records may count only later, or never. */
  static boolean isOfTransaction(ByteBuffer buffer, int at) {
    return BatchHeader.isControl(buffer, at) || BatchHeader.isTransactional(buffer, at);
  }

  Verdict judge(ByteBuffer buffer, int at) {
    long base = BatchHeader.baseOffset(buffer, at);
    int count = BatchHeader.recordCount(buffer, at);
    if (base >= endOffset || isOfTransaction(buffer, at)) {
      return KEEP;
    }
    if (count == 0) {
      return isRemembered(base) ? KEEP : DROP;
    }
    try {
      boolean hasTombstone = select(buffer, at);
      return verdict(buffer, at, count, hasTombstone);
    } catch (StreamException e) {
      return KEEP; // DirtyKeys has said so.
    }
  }

  /** Chooses the records that stay; whether a tombstone is among them. */
  private boolean select(ByteBuffer buffer, int at) {
    boolean isPastHorizon =
        BatchHeader.hasDeleteHorizon(buffer, at)
            && BatchHeader.baseTimestampMs(buffer, at) <= nowMs;
    boolean hasTombstone = false;
    kept.clear();
    int index = 0;
    try (RecordReader reader = RecordReader.of(buffer, at, decompressionBytes)) {
      while (reader.advance()) {
        boolean isTombstone = reader.valueSizeBytes() < 0;
        if (stays(reader, isTombstone && isPastHorizon)) {
          kept.set(index);
          hasTombstone |= isTombstone;
        }
        index++;
      }
    }
    return hasTombstone;
  }

  private boolean stays(RecordReader reader, boolean isOverdueTombstone) {
    if (reader.offset() >= endOffset) {
      return true;
    }
    ByteBuffer key = reader.key();
    return key != null && !isOverdueTombstone && map.get(key) <= reader.offset();
  }

  private Verdict verdict(ByteBuffer buffer, int at, int count, boolean hasTombstone) {
    int stay = kept.cardinality();
    OptionalLong horizon = horizon(buffer, at, hasTombstone);
    Verdict verdict;
    if (stay == count && horizon.isEmpty()) {
      verdict = KEEP;
    } else if (stay > 0) {
      verdict =
          new Verdict.Replace(BatchRewriter.keeping(buffer, at, kept, horizon, decompressionBytes));
    } else {
      @Nullable ByteBuffer header =
          isRemembered(BatchHeader.baseOffset(buffer, at))
              ? BatchRewriter.withoutRecords(buffer, at)
              : null;
      verdict = header == null ? DROP : new Verdict.Replace(header);
    }
    removedRecords += count - stay;
    return verdict;
  }

  /** A new horizon, if the batch needs one; what it has, or gets, is noted. */
  private OptionalLong horizon(ByteBuffer buffer, int at, boolean hasTombstone) {
    if (!hasTombstone) {
      return OptionalLong.empty();
    }
    if (BatchHeader.hasDeleteHorizon(buffer, at)) {
      noteHorizon(BatchHeader.baseTimestampMs(buffer, at));
      return OptionalLong.empty();
    }
    if (BatchHeader.nextOffset(buffer, at) > endOffset) {
      return OptionalLong.empty(); // What some of its tombstones delete is still there.
    }
    long horizon = nowMs + deleteRetentionMs;
    if (horizon < 0) {
      return OptionalLong.empty(); // For ever.
    }
    noteHorizon(horizon);
    return OptionalLong.of(horizon);
  }

  private void noteHorizon(long horizonMs) {
    if (horizonMs > nowMs) {
      nextHorizonMs = Math.min(nextHorizonMs, horizonMs);
    }
  }

  private boolean isRemembered(long baseOffset) {
    return Arrays.binarySearch(rememberedBatches, baseOffset) >= 0;
  }

  long removedRecords() {
    return removedRecords;
  }

  /** When the next of the tombstones that stay may go; the largest long for never. */
  long nextHorizonMs() {
    return nextHorizonMs;
  }
}
