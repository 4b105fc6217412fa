package io.millrace.endpoint.session;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Finds what a message is answered by. */
final class MessageIds {
  private MessageIds() {}

  static @Nullable Long requestId(SpecificRecord message) {
    return (Long) field(message, "requestId");
  }

  static @Nullable Integer streamId(SpecificRecord message) {
    return (Integer) field(message, "streamId");
  }

  private static @Nullable Object field(SpecificRecord message, String name) {
    Schema.Field field = message.getSchema().getField(name);
    return field == null ? null : message.get(field.pos());
  }
}
