package io.millrace.endpoint.session;

import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.ProduceReply;
import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import io.millrace.protocol.stream.message.PlainHeader;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.record.BatchHeader;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch made of plain records of one or more requests, kept until its outcome is known so that it
 * can be sent again under the same sequence.
 */
final class PlainBatch {
  /** A run of records of one request. */
  private record Run(PlainPart part, int count) {}

  private final List<Run> runs;
  private final ByteBuffer batch;
  private final int recordCount;
  private final Acks acks;
  private final long deadlineNanos;
  private boolean mayBeWritten;

  private PlainBatch(
      List<Run> runs, ByteBuffer batch, int recordCount, Acks acks, long deadlineNanos) {
    this.runs = runs;
    this.batch = batch;
    this.recordCount = recordCount;
    this.acks = acks;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Takes as many records from the queue as fit, at least one; parts that are used up leave it.
   *
   * @param nowMs the time of records that have none
   */
  static PlainBatch of(ArrayDeque<PlainPart> queue, int maxBytes, long nowMs) {
    List<Run> runs = new ArrayList<>();
    Acks acks = Acks.LEADER;
    long deadlineNanos = queue.getFirst().deadlineNanos;
    try (RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 1_024)) {
      while (!queue.isEmpty()) {
        PlainPart part = queue.getFirst();
        int count = takeFrom(part, builder, maxBytes, nowMs);
        if (count > 0) {
          runs.add(new Run(part, count));
          acks = part.acks == Acks.ALL ? Acks.ALL : acks;
          boolean later = part.deadlineNanos - deadlineNanos > 0;
          deadlineNanos = later ? part.deadlineNanos : deadlineNanos;
        }
        if (part.hasNext()) {
          break;
        }
        queue.removeFirst();
      }
      int recordCount = builder.recordCount();
      return new PlainBatch(runs, builder.build(), recordCount, acks, deadlineNanos);
    }
  }

  private static int takeFrom(
      PlainPart part, RecordBatchBuilder builder, int maxBytes, long nowMs) {
    int count = 0;
    while (part.hasNext()) {
      PlainRecord record = part.peek();
      List<RecordHeader> headers = headers(record);
      boolean fits = builder.sizeWithBytes(record.getKey(), record.getValue(), headers) <= maxBytes;
      if (!fits && builder.recordCount() > 0) {
        break;
      }
      Long timestampMs = record.getTimestampMs();
      builder.append(
          timestampMs == null ? nowMs : timestampMs, record.getKey(), record.getValue(), headers);
      part.take();
      count++;
    }
    return count;
  }

  static List<RecordHeader> headers(PlainRecord record) {
    List<PlainHeader> headers = record.getHeaders();
    return headers.isEmpty()
        ? List.of()
        : headers.stream()
            .map(header -> new RecordHeader(header.getName(), header.getValue()))
            .toList();
  }

  /** Puts the producer's id and sequence in. */
  void stamp(long producerId, int firstSequence) {
    BatchHeader.setProducer(batch, 0, producerId, (short) 0, firstSequence);
    BatchHeader.updateCrc(batch, 0);
  }

  /** A copy to be sent: an earlier attempt may still be read by somebody. */
  OwnedBuffer copy() {
    ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(batch.remaining());
    return new OwnedBuffer(copy.writeBytes(batch.duplicate()));
  }

  int recordCount() {
    return recordCount;
  }

  Acks acks() {
    return acks;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Whether an attempt ended without a clear answer. */
  boolean mayBeWritten() {
    return mayBeWritten;
  }

  void noteUnclearAttempt() {
    mayBeWritten = true;
  }

  void appended(ProduceReply.Result result) {
    long offset = result.baseOffset();
    for (Run run : runs) {
      run.part.appended(run.count, offset, result.logAppendTimeMs());
      offset += run.count;
    }
  }

  void failed(ErrorCode error, String reason) {
    runs.forEach(run -> run.part.failed(error, reason));
  }
}
