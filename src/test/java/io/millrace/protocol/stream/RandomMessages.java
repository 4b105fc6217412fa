package io.millrace.protocol.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;

/** Makes messages of any type with random fields, edge values included. */
final class RandomMessages {
  private static final String[] TEXTS = {
    "", "flights", "\"quoted\\\"", "\u0000\u0001\n\r\t", "Zürich", "日本", "😀", "</script>\u2028"
  };
  private static final long[] LONGS = {
    0, 1, -1, 63, 64, -65, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53
  };

  private final Random random;

  RandomMessages(long seed) {
    this.random = new Random(seed);
  }

  SpecificRecord next() {
    return next(MessageType.values()[random.nextInt(MessageType.values().length)]);
  }

  SpecificRecord next(MessageType type) {
    SpecificRecord message = type.newMessage();
    fill(message);
    return message;
  }

  private void fill(IndexedRecord message) {
    for (Schema.Field field : message.getSchema().getFields()) {
      message.put(field.pos(), value(field.schema()));
    }
  }

  private Object value(Schema schema) {
    return switch (schema.getType()) {
      case UNION -> random.nextBoolean() ? null : value(JsonFields.withoutNull(schema));
      case STRING -> TEXTS[random.nextInt(TEXTS.length)];
      case LONG -> random.nextBoolean() ? random.nextLong() : LONGS[random.nextInt(LONGS.length)];
      case INT -> random.nextBoolean() ? random.nextInt() : random.nextInt(200) - 100;
      case BOOLEAN -> random.nextBoolean();
      case BYTES -> bytes();
      case ARRAY -> items(schema.getElementType());
      case MAP -> entries(schema.getValueType());
      case RECORD -> {
        IndexedRecord nested = NestedRecords.newRecord(schema);
        fill(nested);
        yield nested;
      }
      default -> throw new IllegalStateException("no message has a " + schema.getType());
    };
  }

  private ByteBuffer bytes() {
    if (random.nextBoolean()) {
      return ByteBuffer.wrap(TEXTS[random.nextInt(TEXTS.length)].getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private List<Object> items(Schema item) {
    List<Object> items = new ArrayList<>();
    for (int left = random.nextInt(4); left > 0; left--) {
      items.add(value(item));
    }
    return items;
  }

  private Map<String, Object> entries(Schema item) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (int left = random.nextInt(4); left > 0; left--) {
      entries.put(TEXTS[random.nextInt(TEXTS.length)], value(item));
    }
    return entries;
  }
}
