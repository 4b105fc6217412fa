package io.millrace.log.segment;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Any bytes in a partition's small files, with a frame that is right or not: read or refused. */
class SmallFilesFuzzTest {
  private static final int[] MAGICS = {0x4d525053, 0x4d524c45, 0x4d52504d};
  private static final long OFFSET = 77;

  /** The first byte chooses the file and whether its frame is made right. */
  @FuzzTest
  void shouldReadOrRefuseAnyBytes(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int which = (data[0] & 0xff) % MAGICS.length;
    ByteBuffer payload = ByteBuffer.wrap(data, 1, data.length - 1);
    ByteBuffer file = data[0] < 0 ? payload.slice() : CheckedFile.frame(MAGICS[which], 1, payload);
    try {
      switch (which) {
        case 0 -> {
          ProducerState read = ProducerSnapshot.decode(file, OFFSET, LogLimits.DEFAULTS, 0);
          ProducerSnapshot.decode(
              ProducerSnapshot.encode(read, OFFSET), OFFSET, LogLimits.DEFAULTS, 0);
        }
        case 1 -> {
          EpochTable read = EpochTable.parse(file);
          if (!EpochTable.parse(read.toFile()).equals(read)) {
            throw new AssertionError("written and read again, the epochs differ: " + read);
          }
        }
        default -> PartitionMeta.parse(file);
      }
    } catch (IOException expected) {
      // The parsers' only way to refuse.
    }
  }
}
