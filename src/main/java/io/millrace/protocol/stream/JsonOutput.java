package io.millrace.protocol.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages as JSON, led by their schemas. Fields that are null are left out.
 *
 * <p>Threading: stateless.
 */
final class JsonOutput {
  /** Writes the whole object, {@code type} first. */
  void writeMessage(SpecificRecord message, ByteBuf target) {
    target.writeByte('{');
    writeName(target, JsonCodec.TYPE);
    JsonText.writeString(target, MessageType.of(message).jsonName());
    writeMembers(message, target, false);
    target.writeByte('}');
  }

  private void writeMembers(IndexedRecord record, ByteBuf target, boolean first) {
    boolean comma = !first;
    for (Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value != null) {
        if (comma) {
          target.writeByte(',');
        }
        comma = true;
        writeMember(field, value, target);
      }
    }
  }

  private void writeMember(Field field, Object value, ByteBuf target) {
    if (value instanceof ByteBuffer bytes) {
      writeBytesMember(target, field.name(), bytes);
      return;
    }
    writeName(target, field.name());
    writeValue(JsonFields.withoutNull(field.schema()), value, target);
  }

  private void writeValue(Schema schema, Object value, ByteBuf target) {
    switch (schema.getType()) {
      case STRING -> JsonText.writeString(target, value.toString());
      case LONG -> JsonText.writeQuotedLong(target, (Long) value);
      case INT -> JsonText.writeLong(target, (Integer) value);
      case BOOLEAN -> ByteBufUtil.writeAscii(target, value.toString());
      case ARRAY -> writeArray(schema.getElementType(), (Collection<?>) value, target);
      case MAP -> writeMap(schema.getValueType(), (Map<?, ?>) value, target);
      case RECORD -> {
        target.writeByte('{');
        writeMembers((IndexedRecord) value, target, true);
        target.writeByte('}');
      }
      default -> throw new IllegalStateException("no message has a " + schema.getType());
    }
  }

  private void writeArray(Schema item, Collection<?> values, ByteBuf target) {
    target.writeByte('[');
    boolean comma = false;
    for (Object value : values) {
      if (comma) {
        target.writeByte(',');
      }
      comma = true;
      writeValue(item, value, target);
    }
    target.writeByte(']');
  }

  private void writeMap(Schema valueSchema, Map<?, ?> entries, ByteBuf target) {
    target.writeByte('{');
    boolean comma = false;
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      if (comma) {
        target.writeByte(',');
      }
      comma = true;
      JsonText.writeString(target, entry.getKey().toString());
      target.writeByte(':');
      writeValue(valueSchema, entry.getValue(), target);
    }
    target.writeByte('}');
  }

  private static void writeName(ByteBuf target, String name) {
    target.writeByte('"');
    ByteBufUtil.writeAscii(target, name);
    target.writeByte('"').writeByte(':');
  }

  /**
   * A member of bytes: {@code "name":null}, {@code "name":"text"} or {@code "nameBase64":"..."}.
   */
  static void writeBytesMember(ByteBuf target, String name, @Nullable ByteBuffer value) {
    target.writeByte('"');
    ByteBufUtil.writeAscii(target, name);
    if (value == null) {
      ByteBufUtil.writeAscii(target, "\":null");
      return;
    }
    byte[] bytes;
    int from;
    if (value.hasArray()) {
      bytes = value.array();
      from = value.arrayOffset() + value.position();
    } else {
      bytes = new byte[value.remaining()];
      value.duplicate().get(bytes);
      from = 0;
    }
    int to = from + value.remaining();
    if (JsonText.isUtf8(bytes, from, to)) {
      target.writeByte('"').writeByte(':');
      JsonText.writeQuoted(target, bytes, from, to);
    } else {
      ByteBufUtil.writeAscii(target, JsonFields.BASE64_SUFFIX);
      target.writeByte('"').writeByte(':');
      JsonText.writeBase64(target, bytes, from, to);
    }
  }
}
