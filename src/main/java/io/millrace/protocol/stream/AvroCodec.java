package io.millrace.protocol.stream;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Messages in Avro's single-object encoding:
 *
 * <pre>
 *   C3 01 | fingerprint of the schema (8 bytes, little-endian CRC-64-AVRO) | body
 * </pre>
 *
 * <p>Threading: one thread.
 */
final class AvroCodec {
  static final int HEADER_BYTES = 10;
  static final byte MAGIC_0 = (byte) 0xC3;
  static final byte MAGIC_1 = 0x01;

  private final Map<MessageType, ResolvingDecoder> decoders = new EnumMap<>(MessageType.class);
  private final AvroInput input;

  AvroCodec(DecodeLimits limits) {
    this.input = new AvroInput(limits.maxItems());
  }

  /** Reads the remaining bytes as one message; {@code bytes} fields are views of them. */
  SpecificRecord decode(ByteBuffer frame) {
    ByteBuffer bytes = frame.duplicate().order(ByteOrder.BIG_ENDIAN);
    MessageType type = readHeader(bytes);
    input.reset(bytes);
    try {
      SpecificRecordBase message = type.newMessage();
      ResolvingDecoder decoder = decoder(type);
      decoder.configure(input);
      message.customDecode(decoder);
      decoder.drain();
      if (input.remaining() > 0) {
        throw Malformed.request(
            input.remaining() + " bytes follow the end of a " + type.jsonName() + " message");
      }
      return message;
    } catch (AvroRuntimeException | IOException | IndexOutOfBoundsException e) {
      throw Malformed.request("a " + type.jsonName() + " message is malformed", e);
    } finally {
      input.clear();
    }
  }

  private static MessageType readHeader(ByteBuffer bytes) {
    if (bytes.remaining() < HEADER_BYTES) {
      throw Malformed.request(
          "a message has "
              + bytes.remaining()
              + " bytes, expected at least the 10 of an Avro single-object header");
    }
    byte first = bytes.get();
    byte second = bytes.get();
    if (first != MAGIC_0 || second != MAGIC_1) {
      throw Malformed.request(
          String.format(
              "a message begins with %02X %02X, expected C3 01 (Avro single-object encoding)",
              first, second));
    }
    long fingerprint = Long.reverseBytes(bytes.getLong());
    return MessageType.ofFingerprint(fingerprint)
        .orElseThrow(
            () ->
                new StreamException(
                    ErrorCode.UNKNOWN_MESSAGE,
                    String.format(
                        "no message of protocol version 1 has the schema fingerprint %016X",
                        fingerprint)));
  }

  static void writeHeader(MessageType type, ByteBuf target) {
    target.writeByte(MAGIC_0).writeByte(MAGIC_1).writeLongLE(type.fingerprint());
  }

  void encode(SpecificRecord message, ByteBuf target) {
    MessageType type = MessageType.of(message);
    writeHeader(type, target);
    try {
      ((SpecificRecordBase) message).customEncode(new AvroOutput(target));
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer did not take a " + type.jsonName(), e);
    }
  }

  /**
   * The generated classes read and write themselves: Avro's datum readers would look their classes
   * up by name.
   */
  private ResolvingDecoder decoder(MessageType type) throws IOException {
    ResolvingDecoder decoder = decoders.get(type);
    if (decoder == null) {
      decoder = DecoderFactory.get().resolvingDecoder(type.schema(), type.schema(), input);
      decoders.put(type, decoder);
    }
    return decoder;
  }
}
