package io.millrace.record;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.model.StreamException;
import java.nio.ByteBuffer;

/** Any bytes taken for a batch: refused, or whole inside the buffer. */
class BatchHeaderFuzzTest {
  @FuzzTest
  void shouldAcceptOnlyWholeBatches(byte[] data) {
    ByteBuffer bytes = ByteBuffer.wrap(data);
    try {
      BatchHeader.requireWhole(bytes, 0);
    } catch (StreamException refused) {
      return;
    }
    int size = BatchHeader.sizeBytes(bytes, 0);
    if (size < BatchHeader.SIZE_BYTES || size > data.length) {
      throw new AssertionError(size + " bytes accepted of " + data.length);
    }
    BatchHeader.updateCrc(bytes, 0);
    BatchHeader.requireValid(bytes, 0);
  }
}
