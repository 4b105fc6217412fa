package io.millrace.group.codec;

import io.millrace.avro.BoundedDecoder;
import java.io.IOException;
import java.util.IdentityHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Reads Avro records, keeping the decoder of each schema: making one costs far more than reading a
 * small record, and a coordinator that is loaded reads millions.
 *
 * <p>Threading: one thread.
 */
final class AvroReader {
  private static final byte[] NOTHING = {};

  private final BoundedDecoder input = new BoundedDecoder(NOTHING, 0, 0);
  private final IdentityHashMap<Schema, ResolvingDecoder> decoders = new IdentityHashMap<>();

  /**
   * Reads these bytes, which must be all of the record, into it.
   *
   * @param writer the schema that wrote them
   */
  void read(Schema writer, SpecificRecordBase into, byte[] bytes, int offset, int length)
      throws IOException {
    input.reset(bytes, offset, length);
    ResolvingDecoder decoder = decoders.get(writer);
    if (decoder == null) {
      decoder = DecoderFactory.get().resolvingDecoder(writer, into.getSchema(), input);
      decoders.put(writer, decoder);
    } else {
      decoder.configure(input);
    }
    // The generated code reads without reflection, and so without asking which classes are trusted.
    into.customDecode(decoder);
    decoder.drain();
    if (!input.isEnd()) {
      throw new IOException("bytes are left over");
    }
  }
}
