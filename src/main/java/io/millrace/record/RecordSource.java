package io.millrace.record;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a batch's records, decompressed as they are asked for into chunks that are never
 * written twice: views of them stay good. Decompression stops at a budget, and memory is taken only
 * as bytes really come, so neither a bomb nor a lying length costs more than the budget.
 */
final class RecordSource implements AutoCloseable {
  private static final int CHUNK_BYTES = 32 * 1024;

  private final long budgetBytes;
  private final @Nullable InputStream stream;
  private ByteBuffer chunk;
  private int limit;
  private long decompressedBytes;

  private RecordSource(ByteBuffer chunk, int limit, @Nullable InputStream stream, long budget) {
    this.chunk = chunk;
    this.limit = limit;
    this.stream = stream;
    this.budgetBytes = budget;
  }

  /** The records of an uncompressed batch: the buffer itself up to {@code limit}. */
  static RecordSource plain(ByteBuffer buffer, int limit) {
    return new RecordSource(buffer, limit, null, 0);
  }

  static RecordSource compressed(CompressionType type, ByteBuffer bytes, long budgetBytes) {
    try {
      InputStream stream = type.decompress(bytes, budgetBytes);
      return new RecordSource(ByteBuffer.allocate(CHUNK_BYTES), 0, stream, budgetBytes);
    } catch (StreamException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw undecodable(e);
    }
  }

  /** The buffer that the positions of this source are in; another one after {@link #require}. */
  ByteBuffer chunk() {
    return chunk;
  }

  /** One more than the last position that can be read now. */
  int limit() {
    return limit;
  }

  /**
   * Makes sure that {@code count} bytes from {@code at} on can be read, as far as there are so
   * many.
   *
   * @return where in {@link #chunk()} the byte is now that was at {@code at}; fewer than {@code
   *     count} bytes before {@link #limit()} mean that the data ends there
   */
  int require(int at, int count) {
    if (limit - at >= count || stream == null) {
      return at;
    }
    return refill(stream, at, count);
  }

  private int refill(InputStream from, int at, int count) {
    int start = at;
    while (limit - start < count) {
      if (limit == chunk.capacity()) {
        int held = limit - start;
        ByteBuffer next = ByteBuffer.allocate(Math.max(CHUNK_BYTES, Math.addExact(held, held)));
        next.put(0, chunk, start, held);
        chunk = next;
        start = 0;
        limit = held;
      }
      int read = readInto(from);
      if (read < 0) {
        break;
      }
      limit += read;
    }
    return start;
  }

  private int readInto(InputStream from) {
    int read;
    try {
      read = from.read(chunk.array(), chunk.arrayOffset() + limit, chunk.capacity() - limit);
    } catch (IOException | RuntimeException e) {
      // The codecs report damage by a dozen kinds of unchecked exceptions.
      throw undecodable(e);
    }
    decompressedBytes += Math.max(read, 0);
    if (decompressedBytes > budgetBytes) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "the records of a batch are more than " + budgetBytes + " bytes decompressed");
    }
    return read;
  }

  private static StreamException undecodable(Exception cause) {
    return new StreamException(
        ErrorCode.CORRUPT_MESSAGE,
        "the records of a batch cannot be decompressed: " + cause.getMessage(),
        cause);
  }

  @Override
  public void close() {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException | RuntimeException e) {
        throw undecodable(e);
      }
    }
  }
}
