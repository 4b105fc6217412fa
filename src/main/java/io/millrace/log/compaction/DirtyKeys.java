package io.millrace.log.compaction;

import io.millrace.log.segment.BatchInput;
import io.millrace.log.segment.ClosedSegment;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first half of a compaction: the keys of the dirty segments and where the newest record of
 * each is, up to where the map is full. What belongs to a transaction, and what cannot be read
 * although its CRC is right, is left out and stays in the log as it is.
 *
 * <p>Threading: one thread at a time; blocking.
 */
final class DirtyKeys implements Closeable {
  private final Iterator<ClosedSegment> segments;
  private final OffsetMap map;
  private final long decompressionBytes;
  private @Nullable BatchInput input;
  private long endOffset;
  private boolean complete;

  /**
   * @param firstDirtyOffset records before it have no later namesakes before it
   */
  DirtyKeys(
      List<ClosedSegment> dirtySegments,
      long firstDirtyOffset,
      OffsetMap map,
      long decompressionBytes) {
    this.segments = dirtySegments.iterator();
    this.endOffset = firstDirtyOffset;
    this.map = map;
    this.decompressionBytes = decompressionBytes;
  }

  /** Reads on for about so many bytes; how many it read. */
  long advance(int maxBytes) throws IOException {
    long read = 0;
    while (!complete && read < maxBytes) {
      BatchInput current = input;
      if (current == null) {
        if (!segments.hasNext()) {
          complete = true;
          break;
        }
        input = segments.next().open();
      } else if (current.next()) {
        read += current.sizeBytes();
        take(current.buffer(), current.at());
      } else {
        current.close();
        input = null;
      }
    }
    if (complete) {
      close();
    }
    return read;
  }

  private void take(ByteBuffer buffer, int at) {
    if (BatchHeader.recordCount(buffer, at) == 0
        || BatchCleaner.isOfTransaction(buffer, at)
        || takeRecords(buffer, at)) {
      endOffset = Math.max(endOffset, BatchHeader.nextOffset(buffer, at));
    } else {
      complete = true; // The map is full.
    }
  }

  private boolean takeRecords(ByteBuffer buffer, int at) {
    try (RecordReader reader = RecordReader.of(buffer, at, decompressionBytes)) {
      while (reader.advance()) {
        ByteBuffer key = reader.key();
        boolean isDirty = reader.offset() >= endOffset;
        if (key != null && isDirty && !map.put(key, reader.offset())) {
          endOffset = reader.offset();
          return false;
        }
      }
    } catch (StreamException e) {
      Compactor.LOG.warn(
          "batch at offset {} stays as it is, its records cannot be read: {}",
          BatchHeader.baseOffset(buffer, at),
          e.getMessage());
    }
    return true;
  }

  boolean isComplete() {
    return complete;
  }

  /** The map tells the truth about all records before it. */
  long endOffset() {
    return endOffset;
  }

  OffsetMap map() {
    return map;
  }

  @Override
  public void close() {
    BatchInput current = input;
    if (current != null) {
      current.close();
    }
    input = null;
    complete = true;
  }
}
