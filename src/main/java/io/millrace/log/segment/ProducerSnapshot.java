package io.millrace.log.segment;

import io.millrace.log.Disk;
import io.millrace.log.segment.ProducerEntry.Batch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code <offset>.producers}: the {@link ProducerState} after all records below the offset in the
 * name. A {@link CheckedFile} with magic {@code MRPS}, version 1, whose payload is
 *
 * <pre>
 *  byte  size  field
 *     0     8  offset, as in the name
 *     8     4  n, number of producers
 *    12        producers, longest silent first:
 *              producer id (8), epoch (2), b, number of batches (1, 0 to 5), then b times:
 *              first sequence (4), last sequence (4), base offset (8), last offset (8),
 *              broker's timestamp or -1 (8)
 * </pre>
 */
final class ProducerSnapshot {
  static final int MAX_FILE_BYTES = 64 << 20;

  private static final int MAGIC = 0x4d525053;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 12;
  private static final int PRODUCER_BYTES = 11;
  private static final int BATCH_BYTES = 32;

  private ProducerSnapshot() {}

  static ByteBuffer encode(ProducerState state, long offset) {
    int size = HEADER_BYTES;
    for (Map.Entry<Long, ProducerEntry> producer : state.entries()) {
      size += PRODUCER_BYTES + producer.getValue().count() * BATCH_BYTES;
    }
    ByteBuffer payload = ByteBuffer.allocate(size);
    payload.putLong(offset).putInt(state.size());
    for (Map.Entry<Long, ProducerEntry> producer : state.entries()) {
      ProducerEntry entry = producer.getValue();
      payload.putLong(producer.getKey()).putShort(entry.epoch()).put((byte) entry.count());
      for (int i = 0; i < entry.count(); i++) {
        Batch batch = entry.batch(i);
        payload.putInt(batch.firstSequence()).putInt(batch.lastSequence());
        payload.putLong(batch.baseOffset()).putLong(batch.lastOffset());
        payload.putLong(batch.appendTimeMs());
      }
    }
    return CheckedFile.frame(MAGIC, VERSION, payload.flip());
  }

  static ProducerState read(Disk disk, Path path, long offset, LogLimits limits, long nowNanos)
      throws IOException {
    return decode(CheckedFile.read(disk, path, MAX_FILE_BYTES), offset, limits, nowNanos);
  }

  static ProducerState decode(ByteBuffer file, long offset, LogLimits limits, long nowNanos)
      throws IOException {
    ByteBuffer payload = CheckedFile.unframe(MAGIC, VERSION, file);
    if (payload.remaining() < HEADER_BYTES || payload.getLong() != offset) {
      throw new IOException("it is not a snapshot at offset " + offset);
    }
    int count = payload.getInt();
    if (count < 0 || count > payload.remaining() / PRODUCER_BYTES) {
      throw new IOException("it says " + count + " producers");
    }
    ProducerState state = new ProducerState(limits);
    for (int i = 0; i < count; i++) {
      decodeProducer(payload, offset, state, nowNanos);
    }
    if (payload.hasRemaining()) {
      throw new IOException(payload.remaining() + " bytes follow its last producer");
    }
    return state;
  }

  private static void decodeProducer(
      ByteBuffer payload, long offset, ProducerState state, long nowNanos) throws IOException {
    if (payload.remaining() < PRODUCER_BYTES) {
      throw new IOException("it ends inside a producer");
    }
    long id = payload.getLong();
    short epoch = payload.getShort();
    int batches = payload.get();
    if (id < 0
        || epoch < 0
        || batches < 0
        || batches > ProducerEntry.BATCHES
        || payload.remaining() < batches * BATCH_BYTES) {
      throw new IOException("producer " + id + ", epoch " + epoch + " has " + batches + " batches");
    }
    ProducerEntry entry = new ProducerEntry(epoch, nowNanos);
    for (int i = 0; i < batches; i++) {
      Batch batch =
          new Batch(
              payload.getInt(),
              payload.getInt(),
              payload.getLong(),
              payload.getLong(),
              payload.getLong());
      if (batch.firstSequence() < 0
          || batch.lastSequence() < 0
          || batch.baseOffset() < 0
          || batch.lastOffset() < batch.baseOffset()
          || batch.lastOffset() >= offset) {
        throw new IOException("producer " + id + " has an impossible batch " + batch);
      }
      entry.appended(epoch, batch, nowNanos);
    }
    state.restore(id, entry);
  }
}
