package io.millrace.record;

/**
 * Signed variable-length integers as the records of a batch use them: zig-zag, then 7 bits a byte,
 * lowest first (Protocol Buffers' sint32 and sint64). Writing only; {@link RecordReader} reads.
 */
final class Varints {
  static final int MAX_INT_BYTES = 5;
  static final int MAX_LONG_BYTES = 10;

  private Varints() {}

  static int sizeOf(int value) {
    int zigZag = (value << 1) ^ (value >> 31);
    // 7 bits a byte; an int has 32 - nlz significant bits, at least one byte.
    return (38 - Integer.numberOfLeadingZeros(zigZag | 1)) / 7;
  }

  static int sizeOf(long value) {
    long zigZag = (value << 1) ^ (value >> 63);
    return (70 - Long.numberOfLeadingZeros(zigZag | 1)) / 7;
  }

  /** Writes at {@code at}; the position after it. */
  static int write(byte[] target, int at, int value) {
    int rest = (value << 1) ^ (value >> 31);
    int next = at;
    while ((rest & ~0x7f) != 0) {
      target[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[next++] = (byte) rest;
    return next;
  }

  /** Writes at {@code at}; the position after it. */
  static int write(byte[] target, int at, long value) {
    long rest = (value << 1) ^ (value >> 63);
    int next = at;
    while ((rest & ~0x7fL) != 0) {
      target[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[next++] = (byte) rest;
    return next;
  }
}
