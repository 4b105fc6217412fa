package io.millrace.metadata.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.MetadataState;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;

final class MetadataRecordCodecFuzzTest {
  private static final MetadataRecordCodec CODEC = new MetadataRecordCodec();
  private static final List<byte[]> SAMPLES =
      MetadataRecordCodecTest.records().map(record -> encode(record)).toList();

  private static byte[] encode(MetadataRecord record) {
    return CODEC.encode(record, MetadataState.SUPPORTED_VERSION);
  }

  /** The first byte chooses a kind of fact, so that every body is tried and not only headers. */
  @FuzzTest
  void shouldReadOrRefuseAnyBytes(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] sample = SAMPLES.get(Math.floorMod(input[0], SAMPLES.size()));
    byte[] bytes = Arrays.copyOf(sample, 10 + input.length - 1);
    System.arraycopy(input, 1, bytes, 10, input.length - 1);
    try {
      MetadataRecord record = CODEC.decode(bytes);
      Assertions.assertEquals(record, CODEC.decode(encode(record)));
    } catch (UnreadableRecordException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
