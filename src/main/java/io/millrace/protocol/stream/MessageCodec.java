package io.millrace.protocol.stream;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Messages of protocol version 1 in both formats. A message is an object of one of the classes in
 * {@code protocol.stream.message}, one class per {@link MessageType}.
 *
 * <p>In Avro, the {@code bytes} fields of a decoded message are views of the frame: they are valid
 * as long as the frame is. {@code Produce.batch} and {@code Records.batches} come last in their
 * messages, so they are exactly the frame's last {@code remaining()} bytes.
 *
 * <p>Threading: a codec belongs to one thread; it keeps no state between messages.
 */
public final class MessageCodec {
  private final AvroCodec avro;
  private final JsonCodec json;

  public MessageCodec(DecodeLimits limits) {
    this.avro = new AvroCodec(limits);
    this.json = new JsonCodec(limits);
  }

  /**
   * Reads the remaining bytes of a frame as one message.
   *
   * @throws io.millrace.model.StreamException UNKNOWN_MESSAGE if the type is not known,
   *     INVALID_REQUEST if the bytes are malformed, cut off, or too many
   */
  public SpecificRecord decode(WireFormat format, ByteBuffer frame) {
    return format == WireFormat.AVRO ? avro.decode(frame) : json.decode(frame);
  }

  /** Appends one message to the buffer. */
  public void encode(WireFormat format, SpecificRecord message, ByteBuf target) {
    if (format == WireFormat.AVRO) {
      avro.encode(message, target);
    } else {
      json.encode(message, target);
    }
  }

  /**
   * Appends everything of a Produce message but its batch, which the caller writes behind it.
   *
   * @param batchSizeBytes how many bytes will follow
   */
  public static void encodeProduceHeader(
      long requestId,
      String topic,
      int partition,
      int acks,
      int timeoutMs,
      int batchSizeBytes,
      ByteBuf target) {
    AvroCodec.writeHeader(MessageType.PRODUCE, target);
    AvroOutput.writeLong(target, requestId);
    AvroOutput.writeString(target, topic);
    AvroOutput.writeLong(target, partition);
    AvroOutput.writeLong(target, acks);
    AvroOutput.writeLong(target, timeoutMs);
    AvroOutput.writeLong(target, batchSizeBytes);
  }
}
