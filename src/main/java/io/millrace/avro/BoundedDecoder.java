package io.millrace.avro;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary decoder, with every length and count checked against the bytes that remain before
 * anything of that size is made: damaged bytes are refused and cannot use up the memory.
 *
 * <p>Threading: one thread.
 */
public final class BoundedDecoder extends Decoder {
  private BinaryDecoder in;

  public BoundedDecoder(byte[] bytes, int offset, int length) {
    this.in = DecoderFactory.get().binaryDecoder(bytes, offset, length, null);
  }

  /** Goes on with other bytes, as if it were new. */
  public void reset(byte[] bytes, int offset, int length) {
    in = DecoderFactory.get().binaryDecoder(bytes, offset, length, in);
  }

  /** Whether all bytes were read. */
  public boolean isEnd() throws IOException {
    return in.isEnd();
  }

  /** How many bytes were not read yet. */
  public int remaining() throws IOException {
    return in.inputStream().available();
  }

  /** Each item takes at least one byte. */
  private long bounded(long count) throws IOException {
    int left = remaining();
    if (count < 0 || count > left) {
      throw new EOFException(
          "a length or count of " + count + " where " + left + " bytes are left");
    }
    return count;
  }

  /** Avro's own refuses some counts with an exception that says nothing of the bytes. */
  private long blockCount() throws IOException {
    long count = in.readLong();
    if (count < 0) {
      bounded(in.readLong()); // A block that gives its size in bytes too.
      count = -count;
    }
    return bounded(count);
  }

  /** Skips the blocks that give their size; the number of items in the first that does not. */
  private long skipBlocks() throws IOException {
    long count = in.readLong();
    while (count < 0) {
      skipBytes();
      count = in.readLong();
    }
    return bounded(count);
  }

  private byte[] readLengthAndBytes() throws IOException {
    byte[] bytes = new byte[(int) bounded(in.readLong())];
    in.readFixed(bytes, 0, bytes.length);
    return bytes;
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readLengthAndBytes());
  }

  @Override
  public String readString() throws IOException {
    return new String(readLengthAndBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void skipString() throws IOException {
    skipBytes();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(readLengthAndBytes());
  }

  @Override
  public void skipBytes() throws IOException {
    in.skipFixed((int) bounded(in.readLong()));
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    in.readFixed(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    in.skipFixed((int) bounded(length));
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public long readArrayStart() throws IOException {
    return blockCount();
  }

  @Override
  public long arrayNext() throws IOException {
    return blockCount();
  }

  @Override
  public long skipArray() throws IOException {
    return skipBlocks();
  }

  @Override
  public long readMapStart() throws IOException {
    return blockCount();
  }

  @Override
  public long mapNext() throws IOException {
    return blockCount();
  }

  @Override
  public long skipMap() throws IOException {
    return skipBlocks();
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }
}
