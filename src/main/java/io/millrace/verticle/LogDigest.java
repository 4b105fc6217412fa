package io.millrace.verticle;

import io.millrace.group.GroupRecord;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.record.BatchHeader;
import io.millrace.record.RecordReader;
import io.millrace.record.RecordSlice;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a piece of a coordinator's log comes to: of each key the last record, in the order of the
 * log, as if the piece had been compacted. A log of millions of commits of some hundred groups so
 * costs a look at each key, and little more.
 *
 * <p>Threading: used by one worker, once.
 */
final class LogDigest {
  private final GroupRecordCodec codec;
  private final long fromOffset;
  private final long decompressionBudgetBytes;
  private final LastByKey lastByKey = new LastByKey();
  private long recordCount;

  private LogDigest(GroupRecordCodec codec, long fromOffset, long decompressionBudgetBytes) {
    this.codec = codec;
    this.fromOffset = fromOffset;
    this.decompressionBudgetBytes = decompressionBudgetBytes;
  }

  /**
   * Reads a slice; it stays the caller's.
   *
   * @param fromOffset records below it do not count
   * @throws IOException if the log cannot be read
   * @throws io.millrace.model.StreamException if a batch is damaged
   */
  static CoordinatorLog.Records of(
      RecordSlice slice, GroupRecordCodec codec, long fromOffset, long decompressionBudgetBytes)
      throws IOException {
    LogDigest digest = new LogDigest(codec, fromOffset, decompressionBudgetBytes);
    digest.readAll(bytes(slice));
    return digest.result(slice.nextOffset());
  }

  private static ByteBuffer bytes(RecordSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
    while (bytes.hasRemaining()) {
      if (slice.read(bytes, bytes.position()) <= 0) {
        throw new EOFException(
            "a slice of " + slice.sizeBytes() + " bytes ended at " + bytes.position());
      }
    }
    return bytes.flip();
  }

  private void readAll(ByteBuffer bytes) {
    for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeBytes(bytes, at)) {
      BatchHeader.requireWhole(bytes, at);
      if (!BatchHeader.isControl(bytes, at)) {
        readBatch(bytes, at);
      }
    }
  }

  private void readBatch(ByteBuffer bytes, int at) {
    try (RecordReader reader = RecordReader.of(bytes, at, decompressionBudgetBytes)) {
      while (reader.advance()) {
        ByteBuffer key = reader.key();
        if (reader.offset() >= fromOffset && key != null) {
          recordCount++;
          lastByKey.put(key, reader.value());
        }
      }
    }
  }

  private CoordinatorLog.Records result(long nextOffset) {
    List<GroupRecord> records = new ArrayList<>(lastByKey.size());
    lastByKey.forEach((key, value) -> codec.decode(key, value).ifPresent(records::add));
    return new CoordinatorLog.Records(
        records, nextOffset, recordCount, lastByKey.size() - records.size());
  }
}
