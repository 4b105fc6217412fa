package io.millrace.metadata.raft;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Whatever another member, or somebody who says so, sends: a message or a reason. */
class RaftMessageFuzzTest {
  @FuzzTest
  void shouldReadOrRefuseAnyBytes(byte[] input) {
    try {
      RaftMessageEncoding.encode(
          RaftMessageDecoding.decode(ByteBuffer.wrap(input), RaftSamples.SELF));
    } catch (UnreadableRaftBytesException e) {
      if (e.getMessage() == null || e.getMessage().isBlank()) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }
}
