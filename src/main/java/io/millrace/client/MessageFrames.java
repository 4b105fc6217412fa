package io.millrace.client;

import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Messages to frames and back, in Avro.
 *
 * <p>Threading: one thread.
 */
final class MessageFrames {
  /** More than any field of a produce message but its topic and batch takes. */
  private static final int PRODUCE_OVERHEAD_BYTES = 64;

  /** A broker may describe all its partitions in one message. */
  private static final DecodeLimits LIMITS = new DecodeLimits(4_000_000, 64);

  private final MessageCodec codec = new MessageCodec(LIMITS);

  SpecificRecord decode(ByteBuffer frame) {
    return codec.decode(WireFormat.AVRO, frame);
  }

  void encode(SpecificRecord message, ByteBuf target) {
    codec.encode(WireFormat.AVRO, message, target);
  }

  static int produceSizeBound(String topic, ByteBuffer batch) {
    return PRODUCE_OVERHEAD_BYTES + topic.length() + batch.remaining();
  }

  void encodeProduce(
      long requestId,
      String topic,
      int partition,
      int acks,
      int timeoutMs,
      ByteBuffer batch,
      ByteBuf target) {
    MessageCodec.encodeProduceHeader(
        requestId, topic, partition, acks, timeoutMs, batch.remaining(), target);
    target.writeBytes(batch.duplicate());
  }
}
