package io.millrace.endpoint.session;

import io.millrace.model.StreamException;
import io.millrace.protocol.stream.JsonRecords;
import io.millrace.protocol.stream.RecordsEncoder;
import io.millrace.protocol.stream.RecordsRange;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Sends a slice's records as JSON, record by record, until the credit is used up or the socket is
 * full. Nothing is kept for later: reading goes on at the position that was reached.
 */
final class JsonDelivery {
  private JsonDelivery() {}

  /** The caller keeps the slice. */
  static void deliver(RecordStream stream, StreamCursor cursor, RecordSlice slice)
      throws IOException {
    SessionLoop loop = stream.session().loop();
    ByteBuffer batches = read(loop, slice);
    try (JsonRecords records =
        new JsonRecords(batches, cursor.position, SessionLoop.DECOMPRESSION_BUDGET_BYTES)) {
      while (stream.mayRead() && records.hasMore()) {
        deliverOne(stream, cursor, records, loop.limits().messageMaxBytes());
      }
      if (!records.hasMore()) {
        cursor.position = Math.max(cursor.position, slice.nextOffset());
      }
    }
  }

  private static void deliverOne(
      RecordStream stream, StreamCursor cursor, JsonRecords records, int messageMaxBytes) {
    SessionTransport transport = stream.session().transport();
    ByteBuf frame = transport.newFrame(1_024);
    RecordsRange range;
    try {
      RecordsEncoder.encodePrefix(WireFormat.JSON, stream.id(), frame);
      range =
          records.writeBody(
              cursor.topic.value(),
              cursor.topicIdText,
              cursor.partition.partition(),
              cursor.leaderEpoch,
              stream.credit().records(),
              Math.min(messageMaxBytes, stream.credit().bytes()),
              frame);
    } catch (StreamException e) {
      frame.release();
      stream.gap(cursor, records.skipDamaged(), "damaged");
      return;
    } catch (RuntimeException e) {
      frame.release();
      throw e;
    }
    transport.write(frame);
    stream.delivered(cursor, range.nextOffset(), range.creditRecords(), range.creditBytes());
  }

  /** A slice's bytes, until the loop's scratch memory is used again. */
  static ByteBuffer read(SessionLoop loop, RecordSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(loop.scratch(slice.sizeBytes()), 0, slice.sizeBytes());
    readFully(slice, 0, bytes);
    return bytes.flip();
  }

  /** Fills the target. */
  static void readFully(RecordSlice slice, long position, ByteBuffer target) throws IOException {
    int start = target.position();
    while (target.hasRemaining()) {
      if (slice.read(target, position + target.position() - start) <= 0) {
        throw new IOException("a slice of " + slice.sizeBytes() + " bytes ended early");
      }
    }
  }
}
