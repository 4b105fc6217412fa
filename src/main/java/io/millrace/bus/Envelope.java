package io.millrace.bus;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** Avro records to bytes and back. */
final class Envelope {
  private Envelope() {}

  static byte[] encode(SpecificRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      new SpecificDatumWriter<SpecificRecord>(record.getSchema(), BusRecords.MODEL)
          .write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws io.millrace.model.StreamException INVALID_REQUEST if the bytes are no such record
   */
  static <R extends SpecificRecord> R decode(Schema schema, Class<R> type, ByteBuf bytes) {
    try {
      Object read =
          new SpecificDatumReader<Object>(schema, schema, BusRecords.MODEL)
              .read(null, new BoundedDecoder(bytes));
      return type.cast(read);
    } catch (IOException | AvroRuntimeException e) {
      throw WireFormatError.of(
          "%s cannot be read: %s".formatted(type.getSimpleName(), String.valueOf(e.getMessage())));
    }
  }
}
