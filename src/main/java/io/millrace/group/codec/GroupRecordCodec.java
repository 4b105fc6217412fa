package io.millrace.group.codec;

import io.millrace.group.GroupRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a fact about a group.
 *
 * <pre>
 *   key    +----------------+--------------------
 *          | kind (2, big)  | Avro binary ...
 *          +----------------+--------------------
 *   value  +------+------+-------------------------+----------------
 *          | 0xC3 | 0x01 | fingerprint (8, little) | Avro binary ...
 *          +------+------+-------------------------+----------------
 * </pre>
 *
 * Compaction compares keys as bytes, so a kind's key is written the same for ever. A value is in
 * Avro's single-object encoding and may be of any release up to this one.
 *
 * <p>Threading: any thread.
 */
public final class GroupRecordCodec {
  private static final int KIND_BYTES = 2;
  private static final int HEADER_BYTES = 10;
  private static final short MARKER = (short) 0xC301;

  private final ValueSchemas schemas = new ValueSchemas();
  private final KeyEncoding keyEncoding = new KeyEncoding();
  private final ValueEncoding valueEncoding = new ValueEncoding();
  private final ThreadLocal<AvroReader> readers = ThreadLocal.withInitial(AvroReader::new);

  /** The key: the same for facts that replace each other. */
  public byte[] key(GroupRecord record) {
    byte[] header = new byte[KIND_BYTES];
    ByteBuffer.wrap(header).putShort(record.accept(Kind.OF).number());
    return written(header, record.accept(keyEncoding));
  }

  /** The value; null for a fact that deletes its key. */
  public byte @Nullable [] value(GroupRecord record) {
    if (record.isTombstone()) {
      return null;
    }
    byte[] header = new byte[HEADER_BYTES];
    ByteBuffer.wrap(header)
        .putShort(MARKER)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(schemas.fingerprint(record.accept(Kind.OF)));
    return written(header, record.accept(valueEncoding));
  }

  private static byte[] written(byte[] header, SpecificRecordBase avro) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      out.write(header);
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      avro.customEncode(encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }

  /**
   * The fact in a record; empty if its kind is one of a later release.
   *
   * @param value null for a tombstone
   * @throws UnreadableGroupRecordException if the bytes are damaged, or written by a later release
   *     in a form that this one does not know
   */
  public Optional<GroupRecord> decode(ByteBuffer key, @Nullable ByteBuffer value) {
    if (key.remaining() < KIND_BYTES) {
      throw new UnreadableGroupRecordException(
          "a key of " + key.remaining() + " bytes does not begin with the kind of its fact");
    }
    Kind kind = Kind.numbered(key.duplicate().getShort(key.position()));
    if (kind == null) {
      return Optional.empty();
    }
    try {
      SpecificRecordBase avroKey = readKey(kind, key);
      SpecificRecordBase avroValue = value == null ? null : readValue(kind, value);
      return Optional.of(ValueDecoding.record(kind, avroKey, avroValue));
    } catch (UnreadableGroupRecordException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UnreadableGroupRecordException(
          "a fact of kind " + kind.number() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private SpecificRecordBase readKey(Kind kind, ByteBuffer key) throws IOException {
    SpecificRecordBase into = kind.newKey();
    read(into.getSchema(), into, key, KIND_BYTES);
    return into;
  }

  private SpecificRecordBase readValue(Kind kind, ByteBuffer value) throws IOException {
    if (value.remaining() < HEADER_BYTES
        || value.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(value.position()) != MARKER) {
      throw new UnreadableGroupRecordException(
          "a value of " + value.remaining() + " bytes does not begin with C3 01 and a fingerprint");
    }
    long fingerprint =
        value.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(value.position() + 2);
    Schema writer = schemas.writer(kind, fingerprint);
    if (writer == null) {
      throw new UnreadableGroupRecordException(
          "a fact of kind "
              + kind.number()
              + " has schema "
              + Long.toHexString(fingerprint)
              + ", which this release does not know; start the newer release that wrote it");
    }
    SpecificRecordBase into = ValueSchemas.newValue(kind);
    read(writer, into, value, HEADER_BYTES);
    return into;
  }

  private void read(Schema writer, SpecificRecordBase into, ByteBuffer bytes, int skipped)
      throws IOException {
    int length = bytes.remaining() - skipped;
    AvroReader reader = readers.get();
    if (bytes.hasArray()) {
      reader.read(
          writer, into, bytes.array(), bytes.arrayOffset() + bytes.position() + skipped, length);
    } else {
      byte[] copy = new byte[length];
      bytes.get(bytes.position() + skipped, copy);
      reader.read(writer, into, copy, 0, length);
    }
  }
}
