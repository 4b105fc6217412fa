package io.millrace.protocol.kafka;

import io.millrace.record.RecordSlice;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Records of an answer that stay where they are until the socket takes them. Owns a reference of
 * the slice, until {@link ResponseEncoder} takes it over.
 */
public final class SliceRecords implements BaseRecords {
  private final RecordSlice slice;

  public SliceRecords(RecordSlice slice) {
    this.slice = slice;
  }

  public RecordSlice slice() {
    return slice;
  }

  @Override
  public int sizeInBytes() {
    return slice.sizeBytes();
  }

  @Override
  public RecordsSend<? extends BaseRecords> toSend() {
    throw new UnsupportedOperationException("slices are written by ResponseEncoder");
  }
}
