package io.millrace.protocol.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Messages as JSON objects: {@code type} says which, the other members are the schema's fields
 * under their names. 64-bit numbers are written as strings, because JavaScript's numbers hold 53
 * bits, and read from either. A field of bytes is written as text under its name if it is UTF-8,
 * else in base64 under its name with {@code Base64} behind; it is read from these two, or from any
 * JSON value under its name with {@code Json} behind, whose bytes are taken as they stand. A field
 * that is null or missing has its default; a member that is not known is an error, because it is
 * most often a misspelled one.
 *
 * <p>Threading: one thread.
 */
final class JsonCodec {
  static final String TYPE = "type";

  private final JsonFactory factory;
  private final JsonInput input;
  private final JsonOutput output = new JsonOutput();

  JsonCodec(DecodeLimits limits) {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(limits.maxDepth())
            // The frame's size is the bound.
            .maxStringLength(Integer.MAX_VALUE)
            .build();
    this.factory =
        new JsonFactoryBuilder()
            .streamReadConstraints(constraints)
            // Names come from strangers: they are not to stay in the JVM's table of strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    this.input = new JsonInput(limits.maxItems());
  }

  /** Reads the remaining bytes as one message. */
  SpecificRecord decode(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.duplicate().get(bytes);
    try {
      MessageType type = findType(bytes);
      try (JsonParser parser = factory.createParser(bytes)) {
        parser.nextToken();
        SpecificRecord message = input.readMessage(parser, bytes, type);
        if (parser.nextToken() != null) {
          throw Malformed.request("something follows the end of the JSON object");
        }
        return message;
      }
    } catch (IOException e) {
      throw Malformed.request("the message is not JSON: " + firstLine(e), e);
    }
  }

  private MessageType findType(byte[] bytes) throws IOException {
    try (JsonParser parser = factory.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw Malformed.request("a message is a JSON object, for example {\"type\":\"ping\"}");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = TYPE.equals(parser.currentName());
        JsonToken value = parser.nextToken();
        if (found) {
          return knownType(value == JsonToken.VALUE_STRING ? parser.getText() : "" + value);
        }
        parser.skipChildren();
      }
    }
    throw Malformed.request("the JSON object has no \"type\", which says what message it is");
  }

  private static MessageType knownType(String name) {
    return MessageType.ofJsonName(name)
        .orElseThrow(
            () ->
                new StreamException(
                    ErrorCode.UNKNOWN_MESSAGE,
                    "no message has the type '"
                        + Malformed.shown(name)
                        + "'; known are "
                        + MessageType.allNames()));
  }

  private static String firstLine(IOException e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return Malformed.shown(end < 0 ? text : text.substring(0, end));
  }

  void encode(SpecificRecord message, ByteBuf target) {
    output.writeMessage(message, target);
  }
}
