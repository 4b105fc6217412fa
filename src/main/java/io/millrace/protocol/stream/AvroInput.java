package io.millrace.protocol.stream;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Reads Avro's binary encoding from bytes that nobody vouches for. Every length and count is
 * checked against the bytes that remain, and counts against a budget too, before anything is
 * allocated. {@code bytes} are views of the input, not copies.
 *
 * <p>Threading: one thread.
 */
final class AvroInput extends Decoder {
  private static final int MAX_VARINT_BITS = 64;

  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final int maxItems;

  private ByteBuffer input = ByteBuffer.allocate(0);
  private int itemsLeft;

  AvroInput(int maxItems) {
    this.maxItems = maxItems;
  }

  /** Begins with a message's body; its position moves as it is read. */
  void reset(ByteBuffer body) {
    input = body;
    itemsLeft = maxItems;
  }

  /** Lets go of the input. */
  void clear() {
    input = ByteBuffer.allocate(0);
  }

  int remaining() {
    return input.remaining();
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() {
    byte value = readByte();
    if (value != 0 && value != 1) {
      throw Malformed.request("a boolean is " + value + ", expected 0 or 1");
    }
    return value == 1;
  }

  @Override
  public int readInt() {
    long value = readLong();
    if (value != (int) value) {
      throw Malformed.request(value + " stands where a 32-bit number was expected");
    }
    return (int) value;
  }

  @Override
  public long readLong() {
    long value = 0;
    for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
      byte next = readByte();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw Malformed.request("a number is longer than 10 bytes");
  }

  private byte readByte() {
    if (!input.hasRemaining()) {
      throw Malformed.request("the message ends in the middle of a field");
    }
    return input.get();
  }

  @Override
  public float readFloat() {
    return Float.intBitsToFloat(Integer.reverseBytes(take(Float.BYTES).getInt()));
  }

  @Override
  public double readDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(take(Double.BYTES).getLong()));
  }

  @Override
  public Utf8 readString(@Nullable Utf8 old) {
    return new Utf8(readString());
  }

  @Override
  public String readString() {
    ByteBuffer bytes = take(readLong());
    try {
      return utf8.decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw Malformed.request("a string is not UTF-8", e);
    }
  }

  @Override
  public void skipString() {
    take(readLong());
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) {
    return take(readLong());
  }

  @Override
  public void skipBytes() {
    take(readLong());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) {
    take(length).get(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) {
    take(length);
  }

  private ByteBuffer take(long length) {
    if (length < 0 || length > input.remaining()) {
      throw Malformed.request(
          "a field says that it has "
              + length
              + " bytes, but "
              + input.remaining()
              + " bytes of the message remain");
    }
    ByteBuffer view = input.slice(input.position(), (int) length);
    input.position(input.position() + (int) length);
    return view;
  }

  @Override
  public int readEnum() {
    return readInt();
  }

  @Override
  public long readArrayStart() {
    return readCount();
  }

  @Override
  public long arrayNext() {
    return readCount();
  }

  @Override
  public long skipArray() {
    return readCount();
  }

  @Override
  public long readMapStart() {
    return readCount();
  }

  @Override
  public long mapNext() {
    return readCount();
  }

  @Override
  public long skipMap() {
    return readCount();
  }

  /** A block of items; a negative count is followed by the block's size in bytes. */
  private long readCount() {
    long count = readLong();
    if (count < 0) {
      long sizeBytes = readLong();
      if (count == Long.MIN_VALUE || sizeBytes < 0 || sizeBytes > input.remaining()) {
        throw Malformed.request("a block says that it has " + sizeBytes + " bytes");
      }
      count = -count;
    }
    // No item of any schema is shorter than a byte.
    if (count > input.remaining()) {
      throw Malformed.request(
          "a list says that it has "
              + count
              + " entries, but "
              + input.remaining()
              + " bytes of the message remain");
    }
    if (count > itemsLeft) {
      throw Malformed.request("the lists of a message have more than " + maxItems + " entries");
    }
    itemsLeft -= (int) count;
    return count;
  }

  @Override
  public int readIndex() {
    int index = readInt();
    if (index < 0) {
      throw Malformed.request("a union says that it has branch " + index);
    }
    return index;
  }
}
