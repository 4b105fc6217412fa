package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition that arrived together, in the order of their offsets. Iterating reads
 * (and decompresses) them; each iteration begins anew.
 *
 * <p>Threading: immutable; an iterator belongs to one thread.
 */
public final class RecordChunk implements Iterable<ConsumerRecord>, ConsumerEvent {
  private final String topic;
  private final String topicId;
  private final int partition;
  private final long firstOffset;
  private final long nextOffset;
  private final int leaderEpoch;
  private final ByteBuffer batches;
  private final long creditRecords;
  private final int decompressionMaxBytes;

  RecordChunk(
      String topic,
      String topicId,
      int partition,
      long firstOffset,
      long nextOffset,
      int leaderEpoch,
      ByteBuffer batches,
      long creditRecords,
      int decompressionMaxBytes) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
    this.firstOffset = firstOffset;
    this.nextOffset = nextOffset;
    this.leaderEpoch = leaderEpoch;
    this.batches = batches;
    this.creditRecords = creditRecords;
    this.decompressionMaxBytes = decompressionMaxBytes;
  }

  public String topic() {
    return topic;
  }

  String topicId() {
    return topicId;
  }

  public int partition() {
    return partition;
  }

  /** No record below is delivered. */
  public long firstOffset() {
    return firstOffset;
  }

  /** The position behind the chunk. */
  public long nextOffset() {
    return nextOffset;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  /** As stored, compressed. */
  public int sizeBytes() {
    return batches.remaining();
  }

  long creditRecords() {
    return creditRecords;
  }

  /** At most so many records does it have. */
  public long recordCountBound() {
    return nextOffset - firstOffset;
  }

  /**
   * Checks every batch's structure and checksum.
   *
   * @throws StreamException CORRUPT_MESSAGE
   */
  void requireValid() {
    int at = 0;
    while (at < batches.limit()) {
      BatchHeader.requireValid(batches, at);
      at += BatchHeader.sizeBytes(batches, at);
    }
  }

  /**
   * The records; {@code hasNext} throws StreamException (MESSAGE_TOO_LARGE) if a batch is larger
   * than {@code decompression.max.bytes}.
   */
  @Override
  public Iterator<ConsumerRecord> iterator() {
    return new Records();
  }

  @Override
  public String toString() {
    return topic + "-" + partition + " from " + firstOffset + " to before " + nextOffset;
  }

  private final class Records implements Iterator<ConsumerRecord> {
    private int nextBatchAt;
    private @Nullable RecordReader reader;
    private @Nullable ConsumerRecord next;

    @Override
    public boolean hasNext() {
      while (next == null) {
        RecordReader current = reader;
        if (current == null && !openBatch()) {
          return false;
        }
        if (current != null && !current.advance()) {
          current.close();
          reader = null;
        } else if (current != null && current.offset() >= firstOffset) {
          next =
              new ConsumerRecord(
                  topic,
                  partition,
                  current.offset(),
                  current.timestampMs(),
                  current.key(),
                  current.value(),
                  current.headers());
        }
      }
      return true;
    }

    private boolean openBatch() {
      while (nextBatchAt < batches.limit()) {
        int at = nextBatchAt;
        nextBatchAt += BatchHeader.sizeBytes(batches, at);
        if (!BatchHeader.isControl(batches, at)
            && BatchHeader.nextOffset(batches, at) > firstOffset) {
          reader = RecordReader.of(batches, at, decompressionMaxBytes);
          return true;
        }
      }
      return false;
    }

    @Override
    public ConsumerRecord next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      ConsumerRecord record = next;
      next = null;
      if (record == null) {
        throw new StreamException(ErrorCode.CORRUPT_MESSAGE, "a chunk ended early");
      }
      return record;
    }
  }
}
