package io.millrace.cli;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines as the bytes that they are, without a character set, so that what comes back from a
 * topic is what was in the file. A line ends with LF, which is not part of it; a CR before it is.
 *
 * <p>Threading: one thread.
 */
final class LineReader implements Closeable {
  private static final int CHUNK_BYTES = 1 << 16;

  private final InputStream input;
  private final int maxLineBytes;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int at;
  private int end;
  private long lineNumber;
  private long bytesRead;

  LineReader(InputStream input, int maxLineBytes) {
    this.input = input;
    this.maxLineBytes = maxLineBytes;
  }

  /** The number of the line that was read last, from 1. */
  long lineNumber() {
    return lineNumber;
  }

  /** Bytes of the input that were used so far, line ends included. */
  long bytesRead() {
    return bytesRead;
  }

  /**
   * The next line; null at the end.
   *
   * @throws StreamException MESSAGE_TOO_LARGE for a line longer than the limit
   */
  byte @Nullable [] next() throws IOException {
    byte[] line = new byte[0];
    while (at < end || fill()) {
      int lineEnd = at;
      while (lineEnd < end && chunk[lineEnd] != '\n') {
        lineEnd++;
      }
      line = joined(line, lineEnd);
      boolean complete = lineEnd < end;
      bytesRead += lineEnd - at + (complete ? 1 : 0);
      at = complete ? lineEnd + 1 : lineEnd;
      if (complete) {
        lineNumber++;
        return line;
      }
    }
    if (line.length == 0) {
      return null;
    }
    lineNumber++;
    return line;
  }

  private byte[] joined(byte[] start, int lineEnd) {
    int length = start.length + lineEnd - at;
    if (length > maxLineBytes) {
      throw new StreamException(
          ErrorCode.MESSAGE_TOO_LARGE,
          "line "
              + (lineNumber + 1)
              + " is longer than max.request.size ("
              + maxLineBytes
              + " bytes): shorten it, or raise --property max.request.size and the topic's max.message.bytes");
    }
    byte[] whole = Arrays.copyOf(start, length);
    System.arraycopy(chunk, at, whole, start.length, lineEnd - at);
    return whole;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, input.read(chunk));
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
