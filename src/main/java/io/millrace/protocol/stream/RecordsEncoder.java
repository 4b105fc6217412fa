package io.millrace.protocol.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes records messages in parts, so that what is the same for a thousand subscribers is written
 * once: a prefix that names the stream, then the body, which is everything else. In Avro the body
 * ends with the stored batches, which need not pass through here at all.
 *
 * <p>Threading: stateless.
 */
public final class RecordsEncoder {
  /** No prefix is longer. */
  public static final int MAX_PREFIX_BYTES = 48;

  private RecordsEncoder() {}

  /** Everything up to and including the stream's id. */
  public static void encodePrefix(WireFormat format, int streamId, ByteBuf target) {
    if (format == WireFormat.AVRO) {
      AvroCodec.writeHeader(MessageType.RECORDS, target);
      AvroOutput.writeLong(target, streamId);
    } else {
      ByteBufUtil.writeAscii(target, "{\"type\":\"records\",\"streamId\":");
      JsonText.writeLong(target, streamId);
    }
  }

  /**
   * The body of a binary message but its batches, which the caller writes behind it.
   *
   * @param batchesSizeBytes how many bytes will follow
   */
  public static void encodeAvroBody(RecordsRange range, int batchesSizeBytes, ByteBuf target) {
    AvroOutput.writeString(target, range.topic());
    AvroOutput.writeString(target, range.topicId());
    AvroOutput.writeLong(target, range.partition());
    AvroOutput.writeLong(target, range.firstOffset());
    AvroOutput.writeLong(target, range.nextOffset());
    AvroOutput.writeLong(target, range.leaderEpoch());
    AvroOutput.writeLong(target, range.creditRecords());
    AvroOutput.writeLong(target, range.creditBytes());
    target.writeByte(range.more() ? 1 : 0);
    AvroOutput.writeLong(target, batchesSizeBytes);
  }
}
