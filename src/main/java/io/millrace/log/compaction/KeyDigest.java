package io.millrace.log.compaction;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * 128 bits that stand for a key: SipHash-2-4 with a 128-bit result (Aumasson and Bernstein, 2012)
 * under a secret that is drawn for each run. Two keys with the same digest would cost one of them
 * its record; the secret keeps anybody from making such a pair on purpose.
 *
 * <p>Threading: one thread at a time; the last digest is kept.
 */
final class KeyDigest {
  private static final int WORD_BYTES = 8;

  private final long secret0;
  private final long secret1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long first;
  private long second;

  KeyDigest(long secret0, long secret1) {
    this.secret0 = secret0;
    this.secret1 = secret1;
  }

  /** Digests the remaining bytes; the buffer's position stays, its byte order does not. */
  void of(ByteBuffer key) {
    key.order(ByteOrder.LITTLE_ENDIAN);
    v0 = secret0 ^ 0x736f6d6570736575L;
    v1 = secret1 ^ 0x646f72616e646f6dL ^ 0xee;
    v2 = secret0 ^ 0x6c7967656e657261L;
    v3 = secret1 ^ 0x7465646279746573L;
    int at = key.position();
    int end = key.limit();
    for (; end - at >= WORD_BYTES; at += WORD_BYTES) {
      word(key.getLong(at));
    }
    long last = (long) key.remaining() << 56;
    for (int shift = 0; at < end; at++, shift += 8) {
      last |= (key.get(at) & 0xffL) << shift;
    }
    word(last);
    v2 ^= 0xee;
    rounds(4);
    first = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    rounds(4);
    second = v0 ^ v1 ^ v2 ^ v3;
  }

  private void word(long word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }

  /** The first 64 bits of the last digest, as a little-endian number. */
  long first() {
    return first;
  }

  /** The other 64 bits. */
  long second() {
    return second;
  }
}
