package io.millrace.log.compaction;

import io.millrace.log.LogTask;
import io.millrace.log.segment.ClosedSegment;
import io.millrace.log.segment.CompactableLog;
import io.millrace.log.segment.CompactionCheckpoint;
import io.millrace.log.segment.SegmentReplacement.InterruptedSwapException;
import io.millrace.log.segment.SegmentReplacement.Replaced;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One compaction of one log, in steps that each take some ten milliseconds, so that other
 * maintenance of the log gets its turn between them:
 *
 * <pre>
 *   read the dirty segments' keys .. -> for each group of segments, oldest first:
 *     write what stays of it .. -> put it in its place -> let the old files go
 *   -> write down how far it came
 * </pre>
 *
 * <p>Groups go oldest first: a tombstone's batch gets its delete horizon only after what the
 * tombstone deletes is gone for good.
 *
 * <p>Threading: {@link #next} and what a step brings back on the log's owner thread; the steps on a
 * pool, one after the other.
 */
final class CompactionRun {
  private final CompactableLog log;
  private final CompactionCandidate candidate;
  private final DirtyKeys keys;
  private final int stepBytes;
  private final long nowMs;
  private final long[] rememberedBatches;
  private final long decompressionBytes;
  private @Nullable ArrayDeque<List<ClosedSegment>> groups;
  private @Nullable BatchCleaner cleaner;
  private @Nullable GroupCleaning cleaning;
  private @Nullable LogTask<?> letGo;
  private boolean saved;
  private long bytes;
  private long lastStepBytes;

  CompactionRun(CompactableLog log, CompactionCandidate candidate, OffsetMap map, int stepBytes) {
    this.log = log;
    this.candidate = candidate;
    this.stepBytes = stepBytes;
    this.nowMs = log.nowMs();
    this.rememberedBatches = log.rememberedBatches();
    this.decompressionBytes = log.decompressionBytes();
    this.keys =
        new DirtyKeys(
            candidate.dirtySegments(), candidate.firstDirtyOffset(), map, decompressionBytes);
  }

  /**
   * The next step; null once all is done. What a step brings back is to be run on the owner thread
   * before anything else happens to the log.
   *
   * @throws AbandonedException if the log has changed so that the run cannot go on
   */
  @Nullable LogTask<Runnable> next() {
    if (letGo != null) {
      return lettingGo(letGo);
    }
    if (!keys.isComplete()) {
      require(candidate.segments());
      return counted(() -> keys.advance(stepBytes));
    }
    ArrayDeque<List<ClosedSegment>> waiting = groups;
    if (waiting == null) {
      waiting = new ArrayDeque<>(grouped());
      groups = waiting;
    }
    GroupCleaning current = cleaning;
    if (current == null && !waiting.isEmpty()) {
      current = begin(waiting.remove());
      cleaning = current;
    }
    return current == null ? saving() : clean(current);
  }

  private List<List<ClosedSegment>> grouped() {
    return SegmentGroups.of(
        candidate.segments().stream()
            .filter(segment -> segment.baseOffset() < keys.endOffset())
            .toList(),
        log.segmentBytes());
  }

  private GroupCleaning begin(List<ClosedSegment> group) {
    BatchCleaner shared = cleaner;
    if (shared == null) {
      shared =
          new BatchCleaner(
              keys.map(),
              keys.endOffset(),
              nowMs,
              log.settings().deleteRetentionMs(),
              rememberedBatches,
              decompressionBytes);
      cleaner = shared;
    }
    return new GroupCleaning(group, log.writer(group.get(0).baseOffset()), shared);
  }

  private LogTask<Runnable> clean(GroupCleaning current) {
    require(current.group());
    if (!current.isComplete()) {
      return counted(() -> current.advance(stepBytes));
    }
    cleaning = null;
    if (!current.isChanged()) {
      return () -> {
        current.discard();
        return () -> {};
      };
    }
    LogTask<Replaced> replacing = log.replace(current.group(), current.writer());
    return () -> {
      Replaced done = replace(replacing, current);
      return () -> letGo = log.install(done);
    };
  }

  private static Replaced replace(LogTask<Replaced> replacing, GroupCleaning current)
      throws IOException {
    try {
      return replacing.run();
    } catch (InterruptedSwapException e) {
      throw e; // What is there now is for the next opening.
    } catch (IOException e) {
      try {
        current.discard();
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed); // The next opening deletes what is left.
      }
      throw e;
    }
  }

  private LogTask<Runnable> lettingGo(LogTask<?> old) {
    letGo = null;
    return () -> {
      old.run();
      return () -> {};
    };
  }

  private @Nullable LogTask<Runnable> saving() {
    if (saved) {
      return null;
    }
    saved = true;
    long horizon = cleaner == null ? CompactionCheckpoint.NEVER : cleaner.nextHorizonMs();
    LogTask<?> save = log.saveProgress(new CompactionCheckpoint(keys.endOffset(), horizon));
    return () -> {
      save.run();
      return () -> {};
    };
  }

  private LogTask<Runnable> counted(LogTask<Long> step) {
    return () -> {
      long moved = step.run();
      return () -> {
        bytes += moved;
        lastStepBytes = moved;
      };
    };
  }

  private void require(List<ClosedSegment> segments) {
    if (!log.has(segments)) {
      throw new AbandonedException();
    }
  }

  /** Ends the run before it is done: the log stays as it is now. Blocking. */
  LogTask<?> abandon() {
    GroupCleaning current = cleaning;
    LogTask<?> old = letGo;
    cleaning = null;
    letGo = null;
    return () -> {
      keys.close();
      if (current != null) {
        current.discard();
      }
      if (old != null) {
        old.run();
      }
      return true;
    };
  }

  /** What it read and wrote so far. */
  long bytes() {
    return bytes;
  }

  /** What the last step read and wrote; asking takes it back to 0. */
  long takeLastStepBytes() {
    long last = lastStepBytes;
    lastStepBytes = 0;
    return last;
  }

  long removedRecords() {
    return cleaner == null ? 0 : cleaner.removedRecords();
  }

  double mapUtilization() {
    return keys.map().utilization();
  }

  /** Segments went away, or the log is closed: not an error. */
  static final class AbandonedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbandonedException() {
      super("the log was closed or lost segments that were being compacted", null, false, false);
    }
  }
}
