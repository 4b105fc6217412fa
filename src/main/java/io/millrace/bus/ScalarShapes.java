package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.OpaqueBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;

/** How single values are written. */
final class ScalarShapes {
  private ScalarShapes() {}

  static RecordShape of(Class<?> type) {
    if (type == String.class) {
      return shape((value, out) -> out.writeString((String) value), Decoder::readString);
    } else if (type == int.class || type == Integer.class) {
      return shape((value, out) -> out.writeInt((Integer) value), Decoder::readInt);
    } else if (type == long.class || type == Long.class) {
      return shape((value, out) -> out.writeLong((Long) value), Decoder::readLong);
    } else if (type == boolean.class || type == Boolean.class) {
      return shape((value, out) -> out.writeBoolean((Boolean) value), Decoder::readBoolean);
    } else if (type == ErrorCode.class) {
      return shape(
          (value, out) -> out.writeInt(((ErrorCode) value).id()), in -> ErrorCode.of(in.readInt()));
    } else if (type == OpaqueBytes.class) {
      return shape(
          (value, out) -> out.writeBytes(((OpaqueBytes) value).array()), ScalarShapes::readBytes);
    } else if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return shape(
          (value, out) -> out.writeString(((Enum<?>) value).name()),
          in -> constant(constants, in.readString()));
    }
    throw new IllegalArgumentException(type + " does not travel between nodes");
  }

  private static Object readBytes(Decoder in) throws IOException {
    ByteBuffer bytes = in.readBytes(null);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return OpaqueBytes.of(copy);
  }

  private static Object constant(Object[] constants, String name) {
    for (Object constant : constants) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw WireFormatError.of("%s is not known".formatted(name));
  }

  private static RecordShape shape(Writer writer, Reader reader) {
    return new RecordShape() {
      @Override
      public void write(Object value, Encoder out) throws IOException {
        writer.write(value, out);
      }

      @Override
      public Object read(Decoder in) throws IOException {
        return reader.read(in);
      }
    };
  }

  @FunctionalInterface
  private interface Writer {
    void write(Object value, Encoder out) throws IOException;
  }

  @FunctionalInterface
  private interface Reader {
    Object read(Decoder in) throws IOException;
  }
}
