package io.millrace.model.group;

import java.util.Arrays;

/**
 * Bytes that the server carries for its clients and does not look into. Equal if the bytes are. The
 * array is never copied: whoever hands it over does not change it afterwards.
 */
public final class OpaqueBytes {
  public static final OpaqueBytes EMPTY = new OpaqueBytes(new byte[0]);

  private final byte[] bytes;

  private OpaqueBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes the array over. */
  public static OpaqueBytes of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new OpaqueBytes(bytes);
  }

  /** The bytes themselves, to read only. */
  public byte[] array() {
    return bytes;
  }

  public int size() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OpaqueBytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
