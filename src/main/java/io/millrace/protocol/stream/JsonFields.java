package io.millrace.protocol.stream;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.jspecify.annotations.Nullable;

/**
 * Which member of a JSON object is which field of a record, and in what form. A field of bytes has
 * three members.
 *
 * <p>Threading: one thread.
 */
final class JsonFields {
  static final String BASE64_SUFFIX = "Base64";
  static final String JSON_SUFFIX = "Json";

  /** How a member's value stands for its field. */
  enum Form {
    PLAIN,
    BASE64,
    JSON
  }

  /** A member: its field, the field's schema without null, and its form. */
  record Member(Field field, Schema schema, boolean nullable, Form form) {}

  private final IdentityHashMap<Schema, Map<String, Member>> bySchema = new IdentityHashMap<>();

  @Nullable Member find(Schema record, String name) {
    return members(record).get(name);
  }

  /** The names of all members, for an error text. */
  String names(Schema record) {
    return String.join(", ", new TreeSet<>(members(record).keySet()));
  }

  private Map<String, Member> members(Schema record) {
    return bySchema.computeIfAbsent(record, JsonFields::membersOf);
  }

  private static Map<String, Member> membersOf(Schema record) {
    Map<String, Member> members = new HashMap<>();
    for (Field field : record.getFields()) {
      Schema schema = withoutNull(field.schema());
      boolean nullable = field.schema().isNullable();
      members.put(field.name(), new Member(field, schema, nullable, Form.PLAIN));
      if (schema.getType() == Schema.Type.BYTES) {
        members.put(field.name() + BASE64_SUFFIX, new Member(field, schema, nullable, Form.BASE64));
        members.put(field.name() + JSON_SUFFIX, new Member(field, schema, nullable, Form.JSON));
      }
    }
    return members;
  }

  /** The other branch of a union with null; the schema itself if it is no union. */
  static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    return schema.getTypes().stream()
        .filter(branch -> branch.getType() != Schema.Type.NULL)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a union of nothing but null: " + schema));
  }
}
