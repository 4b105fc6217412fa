package io.millrace.cli;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How a message of {@code bench fanout} begins, so that it is found in a frame of either
 * sub-protocol without decoding the frame:
 *
 * <pre>
 *   ~ | run, 8 hex digits | sequence, 12 | when it was due to be sent in nanoseconds, 16 | letters
 * </pre>
 *
 * <p>Nothing else in a frame has the run's eight digits behind a tilde, but by a chance of one in
 * four thousand million per tilde.
 *
 * <p>Threading: stateless once made.
 */
final class FanoutMarker {
  static final int SIZE_BYTES = 1 + 8 + 12 + 16;

  private static final int RUN_AT = 1;
  private static final int SEQUENCE_AT = 9;
  private static final int TIME_AT = 21;
  private static final byte TILDE = '~';
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long TILDES = TILDE * ONES;
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final byte[] runDigits = new byte[8];
  private final long runBytes;

  FanoutMarker(int run) {
    writeHex(run, runDigits, 0, 8);
    runBytes = (long) LONGS.get(runDigits, 0);
  }

  /** A value of that size. */
  byte[] value(long sequence, long dueNanos, int sizeBytes) {
    byte[] value = new byte[sizeBytes];
    Arrays.fill(value, (byte) 'x');
    value[0] = TILDE;
    System.arraycopy(runDigits, 0, value, RUN_AT, runDigits.length);
    writeHex(sequence, value, SEQUENCE_AT, 12);
    writeHex(dueNanos, value, TIME_AT, 16);
    return value;
  }

  /** Where the next message begins at or after an index; -1 if none begins before the end. */
  int find(byte[] bytes, int from, int end) {
    int at = from;
    while (at + SIZE_BYTES <= end) {
      at = tilde(bytes, at, end);
      if (at + SIZE_BYTES > end) {
        return -1;
      }
      if ((long) LONGS.get(bytes, at + RUN_AT) == runBytes) {
        return at;
      }
      at++;
    }
    return -1;
  }

  /** Eight bytes at a time: this is where the client would spend its time. */
  private static int tilde(byte[] bytes, int from, int end) {
    int at = from;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      long differing = (long) LONGS.get(bytes, at) ^ TILDES;
      long zeros = (differing - ONES) & ~differing & HIGH_BITS;
      if (zeros != 0) {
        return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    while (at < end && bytes[at] != TILDE) {
      at++;
    }
    return at;
  }

  static long sequence(byte[] bytes, int at) {
    return readHex(bytes, at + SEQUENCE_AT, 12);
  }

  static long dueNanos(byte[] bytes, int at) {
    return readHex(bytes, at + TIME_AT, 16);
  }

  private static void writeHex(long number, byte[] target, int at, int digits) {
    for (int i = 0; i < digits; i++) {
      target[at + i] = DIGITS[(int) (number >>> (4 * (digits - 1 - i))) & 15];
    }
  }

  private static long readHex(byte[] bytes, int at, int digits) {
    long number = 0;
    for (int i = 0; i < digits; i++) {
      int digit = bytes[at + i];
      number = (number << 4) | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return number;
  }
}
