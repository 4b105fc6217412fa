package io.millrace.metadata.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.millrace.metadata.codec.MetadataRecordCodec;
import java.nio.ByteBuffer;
import java.util.List;

/** Any bytes as a file of the log, and as a snapshot. */
final class LogFileFuzzTest {
  private static final ProposalBytes BYTES = new ProposalBytes(new MetadataRecordCodec());

  @FuzzTest
  void shouldReadOrRefuseAnyBytes(byte[] input) {
    try {
      LogFile.of(BYTES).read("log", withHeader(input), true);
    } catch (DamagedLogException e) {
      mustSayWhy(e);
    }
    try {
      // With a right checksum, so that what is behind it is tried.
      ByteBuffer frame = FrameFile.frame(1, List.of(input));
      byte[] body = new byte[frame.remaining()];
      frame.get(body);
      LogFile.of(BYTES).read("log", withHeader(body), false);
    } catch (DamagedLogException e) {
      mustSayWhy(e);
    }
    try {
      new SnapshotFile(BYTES).decode("snapshot", withChecksum(input));
    } catch (DamagedLogException e) {
      mustSayWhy(e);
    }
  }

  private static void mustSayWhy(DamagedLogException e) {
    if (e.getMessage() == null || e.getMessage().isBlank()) {
      throw new AssertionError("refused without a reason", e);
    }
  }

  private static byte[] withHeader(byte[] frames) {
    byte[] header = LogFile.of(BYTES).header(1);
    return ByteBuffer.allocate(header.length + frames.length).put(header).put(frames).array();
  }

  private static byte[] withChecksum(byte[] records) {
    ByteBuffer file = ByteBuffer.allocate(16 + records.length + 4);
    file.putInt(0x4D524D53).putShort((short) 1).putShort((short) 0).putLong(7).put(records);
    return file.putInt(FrameFile.crc(file, 0, file.position())).array();
  }
}
