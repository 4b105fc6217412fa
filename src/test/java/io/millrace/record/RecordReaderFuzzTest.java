package io.millrace.record;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;

/** Any records behind a header that is whole: read to the end or refused, nothing else. */
class RecordReaderFuzzTest {
  private static final int BUDGET_BYTES = 1 << 20;
  private static final int MAX_COUNT = 64;

  /** The first byte chooses the compression, the second the number of records. */
  @FuzzTest
  void shouldReadOrRefuseAnyRecords(byte[] data) {
    if (data.length < 2) {
      return;
    }
    ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE_BYTES + data.length - 2);
    batch.put(BatchHeader.SIZE_BYTES, data, 2, data.length - 2);
    batch.putInt(BatchHeader.BATCH_LENGTH, batch.limit() - BatchHeader.LENGTH_PREFIX_BYTES);
    batch.put(BatchHeader.MAGIC_AT, BatchHeader.MAGIC);
    batch.putShort(BatchHeader.ATTRIBUTES, (short) (data[0] & BatchHeader.COMPRESSION_MASK));
    int count = (data[1] & 0xff) % MAX_COUNT;
    batch.putInt(BatchHeader.RECORD_COUNT, count);
    batch.putInt(BatchHeader.LAST_OFFSET_DELTA, count - 1);
    long readBytes = 0;
    try (RecordReader reader = RecordReader.of(batch, 0, BUDGET_BYTES)) {
      while (reader.advance()) {
        readBytes += Math.max(0, reader.keySizeBytes()) + Math.max(0, reader.valueSizeBytes());
        reader.record();
      }
    } catch (StreamException expected) {
      // The reader's only way to refuse.
    }
    if (readBytes > BUDGET_BYTES + data.length) {
      throw new AssertionError(readBytes + " bytes were read, the budget is " + BUDGET_BYTES);
    }
  }
}
