package io.millrace.endpoint.session;

import io.millrace.protocol.stream.RecordsEncoder;
import io.millrace.protocol.stream.RecordsRange;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * Sends a slice's batches as they are stored, in messages of about {@code stream.message.max.bytes}
 * that end between batches; a larger batch goes in several. It stops between batches when the
 * credit is used up, and anywhere when the socket is full.
 *
 * <p>Owns one reference of the slice until it is finished or abandoned.
 *
 * <p>Threading: its session's.
 */
final class AvroDelivery {
  private final RecordStream stream;
  private final StreamCursor cursor;
  private final RecordSlice slice;
  private final BatchWalk walk;
  private final int messageMaxBytes;
  private boolean onBatch;
  private int groupStart;
  private int groupEnd;
  private long groupNextOffset;
  private boolean released;

  AvroDelivery(RecordStream stream, StreamCursor cursor, RecordSlice slice) {
    this.stream = stream;
    this.cursor = cursor;
    this.slice = slice;
    this.walk = new BatchWalk(slice);
    this.messageMaxBytes = stream.session().loop().limits().messageMaxBytes();
  }

  StreamCursor cursor() {
    return cursor;
  }

  /**
   * Sends what may be sent.
   *
   * @return true if it is finished; false if the socket is full in the middle of a batch
   */
  boolean proceed() throws IOException {
    if (groupEnd == 0 && fitsWhole()) {
      send(0, slice.sizeBytes(), slice.nextOffset(), false);
      abandon();
      return true;
    }
    while (groupStart < groupEnd || findGroup()) {
      if (!stream.session().isWritable()) {
        return false;
      }
      int sizeBytes = Math.min(messageMaxBytes, groupEnd - groupStart);
      boolean last = groupStart + sizeBytes == groupEnd;
      int from = groupStart;
      groupStart += sizeBytes;
      send(from, sizeBytes, last ? groupNextOffset : cursor.position, !last);
    }
    abandon();
    return true;
  }

  private boolean fitsWhole() {
    return slice.sizeBytes() <= messageMaxBytes
        && stream.credit().covers(slice.nextOffset() - cursor.position, slice.sizeBytes());
  }

  /** The next batches that go together; false if there are none or none may be sent. */
  private boolean findGroup() throws IOException {
    if (!onBatch) {
      onBatch = walk.advance();
    }
    if (!onBatch || !stream.mayRead()) {
      return false;
    }
    groupStart = walk.position();
    groupEnd = groupStart;
    do {
      groupEnd += walk.sizeBytes();
      groupNextOffset = walk.nextOffset();
      onBatch = walk.advance();
    } while (onBatch
        && groupEnd - groupStart + walk.sizeBytes() <= messageMaxBytes
        && stream.credit().records() > groupNextOffset - cursor.position
        && stream.credit().bytes() > groupEnd - groupStart);
    return true;
  }

  private void send(int position, int sizeBytes, long nextOffset, boolean more) {
    long records = Math.max(0, nextOffset - cursor.position);
    RecordsRange range =
        new RecordsRange(
            cursor.topic.value(),
            cursor.topicIdText,
            cursor.partition.partition(),
            cursor.position,
            nextOffset,
            cursor.leaderEpoch,
            records,
            sizeBytes,
            more);
    SessionTransport transport = stream.session().transport();
    ByteBuf head = transport.newFrame(RecordsEncoder.MAX_PREFIX_BYTES + 128);
    RecordsEncoder.encodePrefix(WireFormat.AVRO, stream.id(), head);
    RecordsEncoder.encodeAvroBody(range, sizeBytes, head);
    transport.write(head, slice.retain(), position, sizeBytes);
    stream.delivered(cursor, nextOffset, records, sizeBytes);
  }

  /** Lets the slice go. */
  void abandon() {
    if (!released) {
      released = true;
      slice.release();
    }
  }
}
