package io.millrace.log.simulation;

import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A batch as a producer sent it and where it was to go.
 *
 * @param stored its bytes with the offset and the leader epoch in place
 */
record SentBatch(long offset, long producerId, int sequence, int count, byte[] raw, byte[] stored) {
  private static final int EPOCH_POSITION = 12;

  /** A batch of so many records of random bytes, as long as the sizes say. */
  static SentBatch of(
      long offset, int leaderEpoch, long producerId, int sequence, int count, long seed) {
    byte[] raw = bytes(producerId, sequence, count, seed);
    byte[] stored = raw.clone();
    ByteBuffer.wrap(stored).putLong(0, offset).putInt(EPOCH_POSITION, leaderEpoch);
    return new SentBatch(offset, producerId, sequence, count, raw, stored);
  }

  private static byte[] bytes(long producerId, int sequence, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 1024)) {
      builder.producer(producerId, (short) 0, sequence);
      for (int i = 0; i < count; i++) {
        byte[] value = new byte[20 + random.nextInt(180)];
        random.nextBytes(value);
        builder.append(
            SimulatedMachine.NOW_MS + sequence + i, null, ByteBuffer.wrap(value), List.of());
      }
      ByteBuffer built = builder.build();
      byte[] bytes = new byte[BatchHeader.sizeBytes(built, built.position())];
      built.get(bytes);
      return bytes;
    }
  }

  long nextOffset() {
    return offset + count;
  }

  long timestampMs(int record) {
    return SimulatedMachine.NOW_MS + sequence + record;
  }

  /** What a producer sends: the bytes before the leader touched them. */
  ByteBuffer toSend() {
    return ByteBuffer.wrap(raw.clone());
  }

  @Override
  public String toString() {
    return "batch of " + count + " at " + offset + " by producer " + producerId + "#" + sequence;
  }
}
