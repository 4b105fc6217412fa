package io.millrace.protocol.kafka;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Where in its frame the records of a decoded request lie.
 *
 * @param offset from the beginning of the frame
 */
public record RecordRange(int offset, int sizeBytes) {
  /** The range of records that {@link RequestDecoder} read. */
  public static RecordRange of(BaseRecords records) {
    ByteBuffer view = ((MemoryRecords) records).buffer();
    return new RecordRange(view.position(), view.remaining());
  }
}
