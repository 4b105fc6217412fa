package io.millrace.protocol.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import org.apache.avro.io.Encoder;
import org.apache.avro.util.Utf8;

/**
 * Writes Avro's binary encoding straight into a buffer.
 *
 * <p>Threading: one thread.
 */
final class AvroOutput extends Encoder {
  private final ByteBuf output;

  AvroOutput(ByteBuf output) {
    this.output = output;
  }

  /** A number as Avro writes it: zigzag, then 7 bits a byte, the lowest first. */
  static void writeLong(ByteBuf output, long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      output.writeByte((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    output.writeByte((int) rest);
  }

  /** A text as Avro writes it: its length in bytes, then UTF-8. */
  static void writeString(ByteBuf output, String text) {
    writeLong(output, ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(output, text);
  }

  @Override
  public void flush() {}

  @Override
  public void writeNull() {}

  @Override
  public void writeBoolean(boolean value) {
    output.writeByte(value ? 1 : 0);
  }

  @Override
  public void writeInt(int value) {
    writeLong(output, value);
  }

  @Override
  public void writeLong(long value) {
    writeLong(output, value);
  }

  @Override
  public void writeFloat(float value) {
    output.writeFloatLE(value);
  }

  @Override
  public void writeDouble(double value) {
    output.writeDoubleLE(value);
  }

  @Override
  public void writeString(Utf8 text) {
    writeBytes(text.getBytes(), 0, text.getByteLength());
  }

  @Override
  public void writeString(String text) {
    writeString(output, text);
  }

  @Override
  public void writeBytes(ByteBuffer bytes) {
    writeLong(output, bytes.remaining());
    output.writeBytes(bytes.duplicate());
  }

  @Override
  public void writeBytes(byte[] bytes, int start, int length) {
    writeLong(output, length);
    output.writeBytes(bytes, start, length);
  }

  @Override
  public void writeFixed(byte[] bytes, int start, int length) {
    output.writeBytes(bytes, start, length);
  }

  @Override
  public void writeEnum(int index) {
    writeLong(output, index);
  }

  @Override
  public void writeArrayStart() {}

  @Override
  public void setItemCount(long count) {
    if (count > 0) {
      writeLong(output, count);
    }
  }

  @Override
  public void startItem() {}

  @Override
  public void writeArrayEnd() {
    output.writeByte(0);
  }

  @Override
  public void writeMapStart() {}

  @Override
  public void writeMapEnd() {
    output.writeByte(0);
  }

  @Override
  public void writeIndex(int index) {
    writeLong(output, index);
  }
}
