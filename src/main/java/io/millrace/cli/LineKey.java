package io.millrace.cli;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How a line of input becomes a key and a value. */
sealed interface LineKey {
  /**
   * A line's key and value.
   *
   * @throws StreamException INVALID_RECORD that names the line, if it is not of the expected form
   */
  KeyAndValue split(byte[] line, long lineNumber);

  /** Views of the line, or new bytes. */
  record KeyAndValue(@Nullable ByteBuffer key, ByteBuffer value) {}

  /** No key; the line is the value. */
  record None() implements LineKey {
    @Override
    public KeyAndValue split(byte[] line, long lineNumber) {
      return new KeyAndValue(null, ByteBuffer.wrap(line));
    }
  }

  /** The key is before the first separator, the value behind it. */
  record Separated(String separator) implements LineKey {
    @Override
    public KeyAndValue split(byte[] line, long lineNumber) {
      byte[] mark = separator.getBytes(StandardCharsets.UTF_8);
      for (int at = 0; at + mark.length <= line.length; at++) {
        if (ByteBuffer.wrap(line, at, mark.length).equals(ByteBuffer.wrap(mark))) {
          int valueAt = at + mark.length;
          return new KeyAndValue(
              ByteBuffer.wrap(line, 0, at).slice(),
              ByteBuffer.wrap(line, valueAt, line.length - valueAt).slice());
        }
      }
      throw new StreamException(
          ErrorCode.INVALID_RECORD,
          "line " + lineNumber + " has no '" + separator + "': expected key" + separator + "value");
    }
  }

  /** The line is a JSON object and stays as it is; the key is the text of one of its fields. */
  record JsonField(String field) implements LineKey {
    @Override
    public KeyAndValue split(byte[] line, long lineNumber) {
      Object key;
      try {
        key = new JsonObject(Buffer.buffer(line)).getValue(field);
      } catch (DecodeException | ClassCastException e) {
        throw new StreamException(
            ErrorCode.INVALID_RECORD,
            "line " + lineNumber + " is not a JSON object, which --key-field " + field + " needs",
            e);
      }
      if (key == null) {
        throw new StreamException(
            ErrorCode.INVALID_RECORD,
            "line " + lineNumber + " has no field '" + field + "' to be its key");
      }
      return new KeyAndValue(
          ByteBuffer.wrap(key.toString().getBytes(StandardCharsets.UTF_8)), ByteBuffer.wrap(line));
    }
  }
}
