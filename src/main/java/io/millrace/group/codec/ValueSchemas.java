package io.millrace.group.codec;

import io.millrace.group.record.StoredClassicGroup;
import io.millrace.group.record.StoredConsumerGroup;
import io.millrace.group.record.StoredConsumerMember;
import io.millrace.group.record.StoredCurrentAssignment;
import io.millrace.group.record.StoredOffset;
import io.millrace.group.record.StoredTargetAssignment;
import io.millrace.group.record.StoredTargetEpoch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of values, of this build and of every release before it, by fingerprint. Those of
 * releases are resources under {@code group-schemas/}.
 */
final class ValueSchemas {
  /** Releases whose schemas may stand in a log, oldest first; one folder of resources each. */
  static final List<String> RELEASES = List.of("v1");

  static final Map<Kind, Supplier<SpecificRecordBase>> NEW_VALUES =
      Map.of(
          Kind.OFFSET, StoredOffset::new,
          Kind.CLASSIC_GROUP, StoredClassicGroup::new,
          Kind.CONSUMER_GROUP, StoredConsumerGroup::new,
          Kind.CONSUMER_MEMBER, StoredConsumerMember::new,
          Kind.TARGET_EPOCH, StoredTargetEpoch::new,
          Kind.TARGET_ASSIGNMENT, StoredTargetAssignment::new,
          Kind.CURRENT_ASSIGNMENT, StoredCurrentAssignment::new);

  private final Map<Kind, Long> fingerprints = new HashMap<>();
  private final Map<Kind, Map<Long, Schema>> writers = new HashMap<>();

  ValueSchemas() {
    for (Kind kind : Kind.values()) {
      Map<Long, Schema> known = new HashMap<>();
      RELEASES.forEach(
          release ->
              released(release, current(kind).getName())
                  .ifPresent(old -> known.put(fingerprint(old), old)));
      known.put(fingerprint(current(kind)), current(kind));
      writers.put(kind, Map.copyOf(known));
      fingerprints.put(kind, fingerprint(current(kind)));
    }
  }

  static SpecificRecordBase newValue(Kind kind) {
    return Objects.requireNonNull(NEW_VALUES.get(kind), kind.name()).get();
  }

  /** The schema that this build writes. */
  static Schema current(Kind kind) {
    return newValue(kind).getSchema();
  }

  static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  /** What this build's values of a kind begin with. */
  long fingerprint(Kind kind) {
    return Objects.requireNonNull(fingerprints.get(kind), kind.name());
  }

  /** The schema that wrote a value; null if no release before this one had it. */
  @Nullable Schema writer(Kind kind, long fingerprint) {
    return writers.getOrDefault(kind, Map.of()).get(fingerprint);
  }

  /** The schema as it was in a release, if that release had it. */
  static Optional<Schema> released(String release, String name) {
    String resource = "/group-schemas/" + release + "/" + name + ".avsc";
    try (InputStream in = ValueSchemas.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Optional.empty();
      }
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(SchemaParser.parseSingle(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
