package io.millrace.protocol.kafka;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;

/** Puts the fields of an answer into a buffer and remembers where slices of records belong. */
final class ResponseWriter implements Writable {
  private final ByteBuf buffer;
  private List<EncodedResponse.Cut> cuts = List.of();

  ResponseWriter(ByteBuf buffer) {
    this.buffer = buffer;
  }

  List<EncodedResponse.Cut> cuts() {
    return cuts;
  }

  @Override
  public void writeByte(byte value) {
    buffer.writeByte(value);
  }

  @Override
  public void writeShort(short value) {
    buffer.writeShort(value);
  }

  @Override
  public void writeInt(int value) {
    buffer.writeInt(value);
  }

  @Override
  public void writeLong(long value) {
    buffer.writeLong(value);
  }

  @Override
  public void writeDouble(double value) {
    buffer.writeDouble(value);
  }

  @Override
  public void writeByteArray(byte[] bytes) {
    buffer.writeBytes(bytes);
  }

  @Override
  public void writeUnsignedVarint(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      buffer.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    buffer.writeByte(rest);
  }

  @Override
  public void writeByteBuffer(ByteBuffer bytes) {
    buffer.writeBytes(bytes.duplicate());
  }

  @Override
  public void writeVarint(int value) {
    writeUnsignedVarint((value << 1) ^ (value >> 31));
  }

  @Override
  public void writeVarlong(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      buffer.writeByte((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    buffer.writeByte((int) rest);
  }

  @Override
  public void writeRecords(BaseRecords records) {
    if (records instanceof SliceRecords slice) {
      if (cuts.isEmpty()) {
        cuts = new ArrayList<>();
      }
      cuts.add(new EncodedResponse.Cut(buffer.writerIndex(), slice.slice()));
    } else {
      Writable.super.writeRecords(records);
    }
  }
}
