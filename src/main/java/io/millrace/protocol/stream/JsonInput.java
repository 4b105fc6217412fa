package io.millrace.protocol.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.protocol.stream.JsonFields.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads a message's fields from JSON, led by its schema.
 *
 * <p>Threading: one thread.
 */
final class JsonInput {
  private final JsonFields fields = new JsonFields();
  private final int maxItems;

  private int itemsLeft;
  private byte[] bytes = {};

  JsonInput(int maxItems) {
    this.maxItems = maxItems;
  }

  /** Reads the object that the parser stands at the start of; {@code source} is what it parses. */
  SpecificRecord readMessage(JsonParser parser, byte[] source, MessageType type)
      throws IOException {
    itemsLeft = maxItems;
    bytes = source;
    try {
      SpecificRecord message = type.newMessage();
      readRecord(parser, message, type.jsonName(), true);
      return message;
    } finally {
      bytes = new byte[0];
    }
  }

  private void readRecord(JsonParser parser, IndexedRecord record, String path, boolean top)
      throws IOException {
    Schema schema = record.getSchema();
    require(parser, JsonToken.START_OBJECT, path, "an object");
    BitSet seen = new BitSet(schema.getFields().size());
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (top && name.equals(JsonCodec.TYPE)) {
        continue;
      }
      Member member = fields.find(schema, name);
      if (member == null) {
        throw Malformed.request(
            path + " has no '" + Malformed.shown(name) + "'; it has " + fields.names(schema));
      }
      int at = member.field().pos();
      if (seen.get(at)) {
        throw Malformed.request(path + "." + member.field().name() + " is given twice");
      }
      seen.set(at);
      if (token == JsonToken.VALUE_NULL && member.form() != JsonFields.Form.JSON) {
        record.put(at, defaultOf(member.field(), path));
      } else {
        record.put(at, readMember(parser, member, path + "." + name));
      }
    }
    for (Field field : schema.getFields()) {
      if (!seen.get(field.pos())) {
        record.put(field.pos(), defaultOf(field, path));
      }
    }
  }

  private @org.jspecify.annotations.Nullable Object defaultOf(Field field, String path) {
    if (!field.hasDefaultValue()) {
      throw Malformed.request(path + "." + field.name() + " is missing");
    }
    Object value = field.defaultVal();
    if (value == JsonProperties.NULL_VALUE) {
      return null;
    }
    return switch (field.schema().getType()) {
      case LONG -> ((Number) value).longValue();
      case ARRAY -> new ArrayList<>();
      case MAP -> new LinkedHashMap<>();
      default -> value;
    };
  }

  private Object readMember(JsonParser parser, Member member, String path) throws IOException {
    return switch (member.form()) {
      case PLAIN -> readValue(parser, member.schema(), path);
      case BASE64 -> readBase64(parser, path);
      case JSON -> readRaw(parser, path);
    };
  }

  private Object readValue(JsonParser parser, Schema schema, String path) throws IOException {
    return switch (schema.getType()) {
      case STRING -> readText(parser, path);
      case LONG -> readLong(parser, path);
      case INT -> readInt(parser, path);
      case BOOLEAN -> readBoolean(parser, path);
      case BYTES -> readTextBytes(parser, path);
      case ARRAY -> readArray(parser, schema.getElementType(), path);
      case MAP -> readMap(parser, schema.getValueType(), path);
      case RECORD -> readNested(parser, schema, path);
      default -> throw new IllegalStateException("no message has a " + schema.getType());
    };
  }

  private Object readNested(JsonParser parser, Schema schema, String path) throws IOException {
    IndexedRecord record = NestedRecords.newRecord(schema);
    readRecord(parser, record, path, false);
    return record;
  }

  private static String readText(JsonParser parser, String path) throws IOException {
    require(parser, JsonToken.VALUE_STRING, path, "a string");
    return parser.getText();
  }

  private static long readLong(JsonParser parser, String path) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw wrong(path, "a 64-bit integer");
      }
      return parser.getLongValue();
    }
    require(parser, JsonToken.VALUE_STRING, path, "a 64-bit integer, best as a string");
    try {
      return Long.parseLong(parser.getText());
    } catch (NumberFormatException e) {
      throw wrong(path, "a 64-bit integer");
    }
  }

  private static int readInt(JsonParser parser, String path) throws IOException {
    long value = readLong(parser, path);
    if (value != (int) value) {
      throw wrong(path, "a 32-bit integer");
    }
    return (int) value;
  }

  private static boolean readBoolean(JsonParser parser, String path) {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw wrong(path, "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private static ByteBuffer readTextBytes(JsonParser parser, String path) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(path, "a string; for other JSON use " + lastName(path) + JsonFields.JSON_SUFFIX);
    }
    byte[] text = JsonText.strictUtf8(parser.getText());
    if (text.length == 0 && !parser.getText().isEmpty()) {
      throw wrong(path, "valid Unicode; for other bytes use " + lastName(path) + "Base64");
    }
    return ByteBuffer.wrap(text);
  }

  private static ByteBuffer readBase64(JsonParser parser, String path) throws IOException {
    try {
      return ByteBuffer.wrap(Base64.getDecoder().decode(readText(parser, path)));
    } catch (IllegalArgumentException e) {
      throw wrong(path, "base64 (RFC 4648, section 4)");
    }
  }

  /** The bytes of the value that the parser stands at, exactly as they were sent. */
  private ByteBuffer readRaw(JsonParser parser, String path) throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    // A token is read to its end only when it is asked for.
    parser.finishToken();
    long end = parser.currentLocation().getByteOffset();
    if (start < 0 || end <= start || end > bytes.length) {
      throw wrong(path, "JSON in UTF-8");
    }
    return ByteBuffer.wrap(bytes, (int) start, (int) (end - start)).slice();
  }

  private List<Object> readArray(JsonParser parser, Schema item, String path) throws IOException {
    require(parser, JsonToken.START_ARRAY, path, "an array");
    List<Object> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      countItem();
      items.add(readValue(parser, item, path + "[" + items.size() + "]"));
    }
    return items;
  }

  private Map<String, Object> readMap(JsonParser parser, Schema value, String path)
      throws IOException {
    require(parser, JsonToken.START_OBJECT, path, "an object");
    Map<String, Object> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      countItem();
      String name = parser.currentName();
      parser.nextToken();
      if (entries.put(name, readValue(parser, value, path + "." + name)) != null) {
        throw Malformed.request(path + "." + Malformed.shown(name) + " is given twice");
      }
    }
    return entries;
  }

  private void countItem() {
    if (--itemsLeft < 0) {
      throw Malformed.request("the lists of a message have more than " + maxItems + " entries");
    }
  }

  private static void require(JsonParser parser, JsonToken expected, String path, String named) {
    if (parser.currentToken() != expected) {
      throw wrong(path, named);
    }
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private static io.millrace.model.StreamException wrong(String path, String expected) {
    return Malformed.request(path + " is not " + expected);
  }
}
