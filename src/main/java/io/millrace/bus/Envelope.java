package io.millrace.bus;

import io.millrace.avro.BoundedDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
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
    byte[] copy = ByteBufUtil.getBytes(bytes);
    BoundedDecoder decoder = new BoundedDecoder(copy, 0, copy.length);
    try {
      Object read =
          new SpecificDatumReader<Object>(schema, schema, BusRecords.MODEL).read(null, decoder);
      // What is left over is refused by who cut the envelope out.
      bytes.skipBytes(copy.length - decoder.remaining());
      return type.cast(read);
    } catch (IOException | AvroRuntimeException e) {
      throw WireFormatError.of(
          "%s cannot be read: %s".formatted(type.getSimpleName(), String.valueOf(e.getMessage())));
    }
  }
}
