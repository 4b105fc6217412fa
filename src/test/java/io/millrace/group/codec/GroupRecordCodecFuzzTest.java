package io.millrace.group.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.group.GroupRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;

final class GroupRecordCodecFuzzTest {
  private static final int VALUE_HEADER_BYTES = 10;
  private static final GroupRecordCodec CODEC = new GroupRecordCodec();
  private static final List<GroupRecord> SAMPLES = GroupRecordSamples.withValue().toList();

  /** The first byte chooses a kind of fact, so that every body is tried and not only headers. */
  @FuzzTest
  void shouldReadOrRefuseAnyValue(byte[] input) {
    if (input.length == 0) {
      return;
    }
    GroupRecord sample = SAMPLES.get(Math.floorMod(input[0], SAMPLES.size()));
    byte[] header = Objects.requireNonNull(CODEC.value(sample));
    byte[] value = Arrays.copyOf(header, VALUE_HEADER_BYTES + input.length - 1);
    System.arraycopy(input, 1, value, VALUE_HEADER_BYTES, input.length - 1);
    ByteBuffer key = ByteBuffer.wrap(CODEC.key(sample));
    try {
      Optional<GroupRecord> record = CODEC.decode(key, ByteBuffer.wrap(value));
      byte[] again = Objects.requireNonNull(CODEC.value(record.orElseThrow()));
      Assertions.assertEquals(record, CODEC.decode(key, ByteBuffer.wrap(again)));
    } catch (UnreadableGroupRecordException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
