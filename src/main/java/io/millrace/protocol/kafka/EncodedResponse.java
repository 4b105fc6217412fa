package io.millrace.protocol.kafka;

import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * An answer as it goes to a socket: bytes, and between them records that are not copied. Owns the
 * buffer and one reference of each slice.
 *
 * @param fields all bytes but the records, behind room for the frame's length
 * @param cuts where the records belong, in order
 */
public record EncodedResponse(ByteBuf fields, List<Cut> cuts) {
  /** Records that belong before the byte at this index of the fields. */
  public record Cut(int index, RecordSlice slice) {}

  /** How many bytes of records there are. */
  public int recordBytes() {
    int sum = 0;
    for (Cut cut : cuts) {
      sum += cut.slice().sizeBytes();
    }
    return sum;
  }

  /** Gives everything back instead of sending it. */
  public void release() {
    fields.release();
    cuts.forEach(cut -> cut.slice().release());
  }
}
