package io.millrace.metadata.codec;

import io.millrace.avro.BoundedDecoder;
import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.record.BrokerChanged;
import io.millrace.metadata.record.BrokerRegistered;
import io.millrace.metadata.record.ClusterFounded;
import io.millrace.metadata.record.ControllerElected;
import io.millrace.metadata.record.MetadataVersionRaised;
import io.millrace.metadata.record.PartitionsAdded;
import io.millrace.metadata.record.PartitionsChanged;
import io.millrace.metadata.record.ProducerIdsAllocated;
import io.millrace.metadata.record.SnapshotBegun;
import io.millrace.metadata.record.TopicCreated;
import io.millrace.metadata.record.TopicDeleted;
import io.millrace.metadata.record.TopicSettingsChanged;
import io.millrace.metadata.record.VotersChanged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The bytes of a fact: Avro's single-object encoding.
 *
 * <pre>
 *   +------+------+-------------------------+----------------
 *   | 0xC3 | 0x01 | fingerprint (8, little) | Avro binary ...
 *   +------+------+-------------------------+----------------
 * </pre>
 *
 * The fingerprint (CRC-64-AVRO of the schema's parsing canonical form) names the schema that wrote
 * it. A writer uses those of the metadata version that the cluster has agreed on, so that brokers
 * of the release before can still read what it writes. A reader knows the schemas of its own build
 * and of every release before it, which are kept as resources under {@code metadata-schemas/}; an
 * unknown one was written by a later release.
 */
public final class MetadataRecordCodec {
  /**
   * Releases whose schemas may stand in a log, oldest first, one for each metadata version; one
   * folder of resources each.
   */
  static final List<String> RELEASES = List.of("v1", "v2", "v3", "v4");

  static final List<Schema> CURRENT =
      List.of(
          BrokerChanged.getClassSchema(),
          BrokerRegistered.getClassSchema(),
          ClusterFounded.getClassSchema(),
          ControllerElected.getClassSchema(),
          MetadataVersionRaised.getClassSchema(),
          PartitionsAdded.getClassSchema(),
          PartitionsChanged.getClassSchema(),
          ProducerIdsAllocated.getClassSchema(),
          SnapshotBegun.getClassSchema(),
          TopicCreated.getClassSchema(),
          TopicDeleted.getClassSchema(),
          TopicSettingsChanged.getClassSchema(),
          VotersChanged.getClassSchema());

  private static final int HEADER_BYTES = 10;
  private static final short MARKER = (short) 0xC301;

  private final RecordEncoding encoding = new RecordEncoding();
  private final Map<String, Long> fingerprintsByName = new HashMap<>();
  private final Map<Long, Schema> currentByFingerprint = new HashMap<>();

  /** A codec of its own; making one costs milliseconds. */
  public MetadataRecordCodec() {
    for (Schema schema : CURRENT) {
      long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
      fingerprintsByName.put(schema.getName(), fingerprint);
      currentByFingerprint.put(fingerprint, schema);
    }
  }

  /** Looked for only where another release is, so that a start need not parse them. */
  private static final class Released {
    /** From metadata version 1 on. */
    static final List<Map<String, Schema>> BY_NAME = new ArrayList<>();

    static final Map<Long, Schema> BY_FINGERPRINT = new HashMap<>();

    static {
      for (String release : RELEASES) {
        Map<String, Schema> byName = new HashMap<>();
        for (Schema schema : CURRENT) {
          for (Schema then : released(release, schema.getName())) {
            byName.put(then.getName(), then);
            BY_FINGERPRINT.put(SchemaNormalization.parsingFingerprint64(then), then);
          }
        }
        BY_NAME.add(byName);
      }
    }
  }

  /** The schema as it was in a release: one, or none if the release did not have it. */
  static List<Schema> released(String release, String name) {
    String resource = "/metadata-schemas/" + release + "/" + name + ".avsc";
    try (InputStream in = MetadataRecordCodec.class.getResourceAsStream(resource)) {
      if (in == null) {
        return List.of();
      }
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(SchemaParser.parseSingle(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The fact's bytes, as the release of that metadata version wrote them: without the fields that
   * came later. A kind of fact that came later is written as it is now.
   *
   * @param metadataVersion from 1 to that of this build
   */
  public byte[] encode(MetadataRecord record, int metadataVersion) {
    SpecificRecordBase avro = record.accept(encoding);
    Schema current = avro.getSchema();
    Schema writer =
        metadataVersion == RELEASES.size()
            ? current
            : Released.BY_NAME.get(metadataVersion - 1).getOrDefault(current.getName(), current);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putShort(MARKER);
    header.order(ByteOrder.LITTLE_ENDIAN).putLong(fingerprint(writer, current));
    try {
      out.write(header.array());
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      if (writer.equals(current)) {
        avro.customEncode(encoder);
      } else {
        // By the fields' places: each release's are the first of those that the next one has.
        new GenericDatumWriter<>(writer).write(avro, encoder);
      }
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }

  private long fingerprint(Schema writer, Schema current) {
    return writer.equals(current)
        ? Objects.requireNonNull(fingerprintsByName.get(current.getName()))
        : SchemaNormalization.parsingFingerprint64(writer);
  }

  /**
   * The fact in these bytes, which must be all of it.
   *
   * @throws UnreadableRecordException if they are damaged or of a later release
   */
  public MetadataRecord decode(byte[] bytes) throws UnreadableRecordException {
    if (bytes.length < HEADER_BYTES || ByteBuffer.wrap(bytes).getShort() != MARKER) {
      throw new UnreadableRecordException(
          "a fact of " + bytes.length + " bytes does not begin with C3 01 and a fingerprint");
    }
    long fingerprint = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    Schema writer = currentByFingerprint.get(fingerprint);
    if (writer == null) {
      writer = Released.BY_FINGERPRINT.get(fingerprint);
    }
    if (writer == null) {
      throw new UnreadableRecordException(
          "a fact has schema "
              + Long.toHexString(fingerprint)
              + ", which this release does not know; start the newer release that wrote it");
    }
    try {
      return RecordDecoding.decode(read(bytes, writer));
    } catch (IOException | RuntimeException e) {
      throw new UnreadableRecordException(
          "a fact " + writer.getName() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static SpecificRecordBase read(byte[] bytes, Schema writer) throws IOException {
    SpecificRecordBase record = RecordDecoding.newRecord(writer.getName());
    BoundedDecoder decoder = new BoundedDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    ResolvingDecoder resolving =
        DecoderFactory.get().resolvingDecoder(writer, record.getSchema(), decoder);
    // The generated code reads without reflection, and so without asking which classes are trusted.
    record.customDecode(resolving);
    resolving.drain();
    if (!decoder.isEnd()) {
      throw new IOException("bytes are left over");
    }
    return record;
  }
}
