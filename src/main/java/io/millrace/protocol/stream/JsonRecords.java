package io.millrace.protocol.stream;

import io.millrace.model.StreamException;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordHeader;
import io.millrace.record.RecordReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns stored batches into the bodies of JSON records messages, record by record, from an offset
 * on and as much at a time as is asked for:
 *
 * <pre>
 *   ,"topic":"flights","topicId":"...","partition":0,"leaderEpoch":0,"records":[
 *     {"offset":"12","timestampMs":"1764000000000","key":"ATL","value":"..."}, ...
 *   ],"firstOffset":"12","nextOffset":"14","creditRecords":"2","creditBytes":"512"}
 * </pre>
 *
 * <p>A batch that cannot be read is not skipped silently: what was read before it is delivered,
 * then {@link #writeBody} throws, {@link #skipDamaged} tells how far the damage reaches, and
 * reading goes on behind it.
 *
 * <p>Threading: one thread. Close it: decompressors hold native memory.
 */
public final class JsonRecords implements AutoCloseable {
  private final ByteBuffer batches;
  private final long decompressionBudgetBytes;

  private int batchAt;
  private long nextOffset;
  private boolean recordReady;
  private @Nullable RecordReader reader;
  private @Nullable StreamException damage;

  /**
   * @param batches whole batches whose CRC was checked; best in the heap
   * @param fromOffset the first offset to deliver; earlier records are skipped
   * @param decompressionBudgetBytes a batch that unpacks to more counts as damaged
   */
  public JsonRecords(ByteBuffer batches, long fromOffset, long decompressionBudgetBytes) {
    this.batches = batches;
    this.batchAt = batches.position();
    this.nextOffset = fromOffset;
    this.decompressionBudgetBytes = decompressionBudgetBytes;
  }

  /** The offset after everything that was written so far. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Whether there is another record, or damage to be told. */
  public boolean hasMore() {
    return recordReady || damage != null || findRecord();
  }

  /**
   * Appends the next body to the buffer: at least one record if there is any, and no more than
   * {@code maxRecords}; the record that reaches {@code maxBytes} is the last one.
   *
   * @return what was written
   * @throws StreamException CORRUPT_MESSAGE or MESSAGE_TOO_LARGE if the next batch cannot be read;
   *     nothing is written then
   */
  public RecordsRange writeBody(
      String topic,
      String topicId,
      int partition,
      int leaderEpoch,
      long maxRecords,
      long maxBytes,
      ByteBuf target) {
    boolean ready = hasMore();
    if (damage != null) {
      throw damage;
    }
    long firstOffset = nextOffset;
    writeStart(topic, topicId, partition, leaderEpoch, target);
    int arrayStart = target.writerIndex();
    target.writeByte('[');
    long count = 0;
    while (ready && count < maxRecords && target.writerIndex() - arrayStart < maxBytes) {
      if (count > 0) {
        target.writeByte(',');
      }
      writeRecord(currentReader(), target);
      count++;
      recordReady = false;
      ready = findRecord() && damage == null;
    }
    target.writeByte(']');
    long sizeBytes = target.writerIndex() - (long) arrayStart;
    writeEnd(firstOffset, count, sizeBytes, target);
    return new RecordsRange(
        topic, topicId, partition, firstOffset, nextOffset, leaderEpoch, count, sizeBytes, false);
  }

  /**
   * After a failed {@link #writeBody}: goes on behind the damaged batch.
   *
   * @return the first offset behind it
   */
  public long skipDamaged() {
    if (damage == null) {
      throw new IllegalStateException("nothing is damaged");
    }
    damage = null;
    endBatch();
    return nextOffset;
  }

  private static void writeStart(
      String topic, String topicId, int partition, int leaderEpoch, ByteBuf target) {
    ByteBufUtil.writeAscii(target, ",\"topic\":");
    JsonText.writeString(target, topic);
    ByteBufUtil.writeAscii(target, ",\"topicId\":");
    JsonText.writeString(target, topicId);
    ByteBufUtil.writeAscii(target, ",\"partition\":");
    JsonText.writeLong(target, partition);
    ByteBufUtil.writeAscii(target, ",\"leaderEpoch\":");
    JsonText.writeLong(target, leaderEpoch);
    ByteBufUtil.writeAscii(target, ",\"records\":");
  }

  private void writeEnd(long firstOffset, long count, long sizeBytes, ByteBuf target) {
    ByteBufUtil.writeAscii(target, ",\"firstOffset\":");
    JsonText.writeQuotedLong(target, firstOffset);
    ByteBufUtil.writeAscii(target, ",\"nextOffset\":");
    JsonText.writeQuotedLong(target, nextOffset);
    ByteBufUtil.writeAscii(target, ",\"creditRecords\":");
    JsonText.writeQuotedLong(target, count);
    ByteBufUtil.writeAscii(target, ",\"creditBytes\":");
    JsonText.writeQuotedLong(target, sizeBytes);
    target.writeByte('}');
  }

  private void writeRecord(RecordReader record, ByteBuf target) {
    ByteBufUtil.writeAscii(target, "{\"offset\":");
    JsonText.writeQuotedLong(target, record.offset());
    ByteBufUtil.writeAscii(target, ",\"timestampMs\":");
    JsonText.writeQuotedLong(target, record.timestampMs());
    target.writeByte(',');
    JsonOutput.writeBytesMember(target, "key", record.key());
    target.writeByte(',');
    JsonOutput.writeBytesMember(target, "value", record.value());
    writeHeaders(record, target);
    target.writeByte('}');
    nextOffset = record.offset() + 1;
  }

  private static void writeHeaders(RecordReader record, ByteBuf target) {
    boolean first = true;
    for (RecordHeader header : record.headers()) {
      ByteBufUtil.writeAscii(target, first ? ",\"headers\":[{\"name\":" : ",{\"name\":");
      first = false;
      JsonText.writeString(target, header.key());
      target.writeByte(',');
      JsonOutput.writeBytesMember(target, "value", header.value());
      target.writeByte('}');
    }
    if (!first) {
      target.writeByte(']');
    }
  }

  /** Stands the reader at the next record to deliver; true too if damage is in the way. */
  private boolean findRecord() {
    while (batchAt < batches.limit()) {
      try {
        if (BatchHeader.isControl(batches, batchAt)) {
          endBatch();
          continue;
        }
        RecordReader current = currentReader();
        while (current.advance()) {
          if (current.offset() >= nextOffset) {
            recordReady = true;
            return true;
          }
        }
        endBatch();
      } catch (StreamException e) {
        damage = e;
        return true;
      }
    }
    return false;
  }

  private RecordReader currentReader() {
    RecordReader current = reader;
    if (current == null) {
      current = RecordReader.of(batches, batchAt, decompressionBudgetBytes);
      reader = current;
    }
    return current;
  }

  private void endBatch() {
    nextOffset = Math.max(nextOffset, BatchHeader.nextOffset(batches, batchAt));
    batchAt += BatchHeader.sizeBytes(batches, batchAt);
    close();
  }

  @Override
  public void close() {
    RecordReader current = reader;
    reader = null;
    if (current != null) {
      current.close();
    }
  }
}
