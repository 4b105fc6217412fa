package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.LogTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the files of a compacted segment in the place of others'. The old files are held open
 * meanwhile, so that who reads through the old segments never opens a new file under an old name.
 *
 * <p>Threading: made on the log's owner thread, run once on a pool thread.
 */
public final class SegmentReplacement implements LogTask<SegmentReplacement.Replaced> {
  private final Disk disk;
  private final List<Segment> replaced;
  private final SegmentWriter writer;

  SegmentReplacement(Disk disk, List<Segment> replaced, SegmentWriter writer) {
    this.disk = disk;
    this.replaced = replaced;
    this.writer = writer;
  }

  /** The files are halfway between the old and the new ones; opening the log again finishes it. */
  public static final class InterruptedSwapException extends IOException {
    private static final long serialVersionUID = 1L;

    InterruptedSwapException(IOException cause) {
      super("putting a compacted segment in its place failed: " + cause.getMessage(), cause);
    }
  }

  /**
   * @throws InterruptedSwapException if the log must be used no more; after any other exception it
   *     is as before
   */
  @Override
  public Replaced run() throws IOException {
    writer.finish();
    List<SegmentFile> held = new ArrayList<>();
    try {
      for (Segment segment : replaced) {
        segment.log().acquire();
        held.add(segment.log());
      }
      swap();
    } catch (IOException e) {
      held.forEach(SegmentFile::release);
      throw e;
    }
    return new Replaced(disk, replaced, writer, held);
  }

  private void swap() throws IOException {
    Path directory = writer.directory();
    try {
      SegmentSwap.decide(disk, directory, writer.baseOffset(), writer.nextOffset());
      SegmentSwap.finish(disk, directory, writer.baseOffset(), writer.nextOffset());
    } catch (IOException e) {
      throw new InterruptedSwapException(e);
    }
  }

  /** The new files are in place; the log does not know yet. */
  public static final class Replaced {
    private final Disk disk;
    private final List<Segment> old;
    private final SegmentWriter writer;
    private final List<SegmentFile> held;

    private Replaced(Disk disk, List<Segment> old, SegmentWriter writer, List<SegmentFile> held) {
      this.disk = disk;
      this.old = old;
      this.writer = writer;
      this.held = held;
    }

    /** On the owner thread. */
    LogTask<?> install(LogState state) {
      Segment first = old.get(0);
      Segment next =
          new Segment(
              disk,
              writer.directory(),
              writer.baseOffset(),
              first.windowBase(),
              writer.sizeBytes(),
              writer.nextOffset());
      state.segments().replace(old, next);
      SegmentView view = SegmentView.of(next, state.epochs());
      old.forEach(segment -> segment.log().markReplaced(view));
      return () -> {
        for (Segment segment : old) {
          segment.closeWriter();
        }
        held.forEach(SegmentFile::release);
        return old.size();
      };
    }
  }
}
