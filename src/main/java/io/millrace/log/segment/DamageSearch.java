package io.millrace.log.segment;

import io.millrace.log.DiskFile;
import io.millrace.log.segment.BatchScanner.Step;
import io.millrace.record.BatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Tells damage in the middle of a log from a torn tail: behind a torn tail there is nothing, behind
 * damage there are whole batches.
 */
final class DamageSearch {
  private static final int STEP_BYTES = 256 * 1024;

  private DamageSearch() {}

  /**
   * Whether a whole batch with a later offset begins anywhere behind this place. Looks at every
   * byte; blocking.
   */
  static boolean findsBatchBehind(DiskFile file, BatchPlace place, long end) throws IOException {
    ByteBuffer window = ByteBuffer.allocate(STEP_BYTES);
    long start = place.position() + 1L;
    while (end - start >= BatchHeader.SIZE_BYTES) {
      window.clear().limit((int) Math.min(STEP_BYTES, end - start));
      int read = file.read(window, start);
      window.flip();
      int last = read - BatchHeader.SIZE_BYTES;
      for (int at = 0; at <= last; at++) {
        if (looksLikeBatch(window, at, place, start + at, end)
            && isBatch(file, start + at, end, BatchHeader.baseOffset(window, at))) {
          return true;
        }
      }
      if (last < 0) {
        return false;
      }
      start += last + 1;
    }
    return false;
  }

  private static boolean looksLikeBatch(
      ByteBuffer window, int at, BatchPlace damage, long position, long end) {
    if (BatchHeader.magic(window, at) != BatchHeader.MAGIC) {
      return false;
    }
    int size = BatchHeader.sizeBytes(window, at);
    long ahead = BatchHeader.baseOffset(window, at) - damage.offset();
    // A record takes a byte at least, so offsets cannot run ahead of positions.
    return size >= BatchHeader.SIZE_BYTES
        && size <= end - position
        && ahead > 0
        && ahead <= position - damage.position()
        && BatchHeader.lastOffsetDelta(window, at) == BatchHeader.recordCount(window, at) - 1;
  }

  private static boolean isBatch(DiskFile file, long position, long end, long baseOffset)
      throws IOException {
    return BatchScanner.checking(file, position, end, baseOffset).next() == Step.BATCH;
  }
}
