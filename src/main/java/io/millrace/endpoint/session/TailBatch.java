package io.millrace.endpoint.session;

import io.millrace.protocol.stream.JsonRecords;
import io.millrace.protocol.stream.RecordsEncoder;
import io.millrace.protocol.stream.RecordsRange;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a tailer read, encoded once in one format: the bodies of one or more records messages, which
 * all subscribers share. Each of them gets a short header of its own in front.
 *
 * <p>Owns one reference of every body until it is released.
 *
 * <p>Threading: its loop's event loop.
 */
final class TailBatch {
  private static final int HEADER_BYTES = 160;

  private final WireFormat format;
  private final long nextOffset;
  private final int leaderEpoch;
  private final List<ByteBuf> bodies = new ArrayList<>();
  private long records;
  private long sizeBytes;

  private TailBatch(WireFormat format, long nextOffset, int leaderEpoch) {
    this.format = format;
    this.nextOffset = nextOffset;
    this.leaderEpoch = leaderEpoch;
  }

  /**
   * Encodes a slice from an offset on.
   *
   * @param follower any of those who follow: it knows the partition's names
   * @throws IOException if the slice cannot be read
   * @throws io.millrace.model.StreamException if its records cannot be shown as JSON
   */
  static TailBatch encode(
      SessionLoop loop,
      WireFormat format,
      StreamCursor follower,
      long fromOffset,
      RecordSlice slice,
      int leaderEpoch)
      throws IOException {
    TailBatch batch = new TailBatch(format, slice.nextOffset(), leaderEpoch);
    try {
      if (format == WireFormat.AVRO) {
        batch.encodeAvro(follower, fromOffset, slice, loop.limits().messageMaxBytes());
      } else {
        batch.encodeJson(loop, follower, fromOffset, slice);
      }
      return batch;
    } catch (IOException | RuntimeException e) {
      batch.release();
      throw e;
    }
  }

  private void encodeAvro(
      StreamCursor follower, long fromOffset, RecordSlice slice, int messageMaxBytes)
      throws IOException {
    records = slice.nextOffset() - fromOffset;
    sizeBytes = slice.sizeBytes();
    for (int at = 0; at < slice.sizeBytes(); ) {
      int size = Math.min(messageMaxBytes, slice.sizeBytes() - at);
      boolean last = at + size == slice.sizeBytes();
      ByteBuf body = newBody(HEADER_BYTES + size);
      RecordsRange range =
          new RecordsRange(
              follower.topic.value(),
              follower.topicIdText,
              follower.partition.partition(),
              fromOffset,
              last ? nextOffset : fromOffset,
              leaderEpoch,
              last ? records : 0,
              size,
              !last);
      RecordsEncoder.encodeAvroBody(range, size, body);
      body.ensureWritable(size);
      ByteBuffer target = body.nioBuffer(body.writerIndex(), size);
      JsonDelivery.readFully(slice, at, target);
      body.writerIndex(body.writerIndex() + size);
      at += size;
    }
  }

  private void encodeJson(
      SessionLoop loop, StreamCursor follower, long fromOffset, RecordSlice slice)
      throws IOException {
    ByteBuffer batches = JsonDelivery.read(loop, slice);
    try (JsonRecords json =
        new JsonRecords(batches, fromOffset, SessionLoop.DECOMPRESSION_BUDGET_BYTES)) {
      while (json.hasMore()) {
        ByteBuf body = newBody(HEADER_BYTES + 2 * batches.remaining());
        RecordsRange range =
            json.writeBody(
                follower.topic.value(),
                follower.topicIdText,
                follower.partition.partition(),
                leaderEpoch,
                Long.MAX_VALUE,
                loop.limits().messageMaxBytes(),
                body);
        records += range.creditRecords();
        sizeBytes += range.creditBytes();
        requireBelow(loop.limits().tailBufferBytes());
      }
    }
  }

  private void requireBelow(int tailBufferBytes) throws IOException {
    if (sizeBytes > tailBufferBytes) {
      throw new IOException("records unpack to more than may be kept for subscribers");
    }
  }

  private ByteBuf newBody(int capacity) {
    ByteBuf body = PooledByteBufAllocator.DEFAULT.directBuffer(capacity);
    bodies.add(body);
    return body;
  }

  /** Writes the messages to one subscriber. */
  void writeTo(StreamSession session, int streamId) {
    SessionTransport transport = session.transport();
    for (ByteBuf body : bodies) {
      ByteBuf head = transport.newFrame(RecordsEncoder.MAX_PREFIX_BYTES);
      RecordsEncoder.encodePrefix(format, streamId, head);
      transport.write(head, body.retainedDuplicate());
    }
  }

  long records() {
    return records;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  long nextOffset() {
    return nextOffset;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  void release() {
    bodies.forEach(ByteBuf::release);
    bodies.clear();
  }
}
