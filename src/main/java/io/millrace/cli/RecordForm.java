package io.millrace.cli;

import io.millrace.client.ConsumerRecord;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How {@code consume} writes a record: one line each. */
enum RecordForm {
  /**
   * One object a line: topic, partition, offset, timestampMs, key, value; text, or base64 under
   * keyBase64 and valueBase64.
   */
  JSON {
    @Override
    void write(ConsumerRecord record, OutputStream out) throws IOException {
      JsonObject json =
          new JsonObject()
              .put("topic", record.topic())
              .put("partition", record.partition())
              .put("offset", record.offset())
              .put("timestampMs", record.timestampMs());
      put(json, "key", record.key());
      put(json, "value", record.value());
      out.write(json.encode().getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    }
  },
  /** Partition, offset, key and value for people. */
  TEXT {
    @Override
    void write(ConsumerRecord record, OutputStream out) throws IOException {
      out.write(
          (record.partition() + "@" + record.offset() + "\t").getBytes(StandardCharsets.UTF_8));
      write(record.key(), out);
      out.write('\t');
      write(record.value(), out);
      out.write('\n');
    }
  },
  /** The value's bytes as they are, then a line end. */
  RAW {
    @Override
    void write(ConsumerRecord record, OutputStream out) throws IOException {
      write(record.value(), out);
      out.write('\n');
    }
  };

  abstract void write(ConsumerRecord record, OutputStream out) throws IOException;

  private static void put(JsonObject json, String name, @Nullable ByteBuffer bytes) {
    if (bytes == null) {
      json.putNull(name);
      return;
    }
    try {
      json.put(name, StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
    } catch (CharacterCodingException e) {
      // Not text: said by the name of the field, so that nothing is lost.
      json.put(name + "Base64", Base64.getEncoder().encodeToString(bytes(bytes)));
    }
  }

  static void write(@Nullable ByteBuffer bytes, OutputStream out) throws IOException {
    if (bytes != null) {
      out.write(bytes(bytes));
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
