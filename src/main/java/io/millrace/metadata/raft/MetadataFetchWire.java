package io.millrace.metadata.raft;

import io.millrace.metadata.MemberId;
import io.millrace.model.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of what a {@link MetadataSource} on another node is asked, and answers.
 *
 * <pre>
 *   request := version uint8 = 1 | fromIndex int64 | partOfSnapshot int64 | part int32
 *   answer  := version uint8 = 1
 *              ( 1 firstIndex int64 | count int32 | count times (length int32 | proposal)
 *              | 2 index int64 | part int32 | parts int32 | length int32 | bytes )
 * </pre>
 */
public final class MetadataFetchWire {
  private static final int VERSION = 1;
  private static final int ENTRIES = 1;
  private static final int PART = 2;
  private static final MemberId NOBODY = new MemberId(new NodeId(0), "nobody");

  private MetadataFetchWire() {}

  public static byte[] encode(MetadataSource.Request request) {
    return new RaftBytesWriter()
        .int8(VERSION)
        .int64(request.fromIndex())
        .int64(request.partOfSnapshot())
        .int32(request.part())
        .toBytes();
  }

  public static byte[] encode(MetadataSource.Fetched fetched) {
    RaftBytesWriter out = new RaftBytesWriter().int8(VERSION);
    if (fetched instanceof MetadataSource.Entries entries) {
      out.int8(ENTRIES).int64(entries.firstIndex()).int32(entries.proposals().size());
      entries.proposals().forEach(out::bytes);
    } else if (fetched instanceof MetadataSource.SnapshotPart part) {
      out.int8(PART).int64(part.index()).int32(part.part()).int32(part.parts()).bytes(part.bytes());
    }
    return out.toBytes();
  }

  /**
   * @throws IOException if these bytes are no request
   */
  public static MetadataSource.Request decodeRequest(ByteBuffer bytes) throws IOException {
    RaftBytesReader in = reader(bytes);
    MetadataSource.Request request =
        new MetadataSource.Request(in.natural64(), in.natural64(), in.natural32());
    return ended(in, request);
  }

  /**
   * @throws IOException if these bytes are no answer
   */
  public static MetadataSource.Fetched decodeFetched(ByteBuffer bytes) throws IOException {
    RaftBytesReader in = reader(bytes);
    int kind = in.int8();
    return switch (kind) {
      case ENTRIES -> ended(in, entries(in));
      case PART ->
          ended(
              in,
              new MetadataSource.SnapshotPart(
                  in.natural64(), in.natural32(), in.natural32(), in.bytes()));
      default -> throw new UnreadableRaftBytesException("an answer of kind " + kind);
    };
  }

  private static MetadataSource.Entries entries(RaftBytesReader in) throws IOException {
    long first = in.natural64();
    int count = in.natural32();
    List<byte[]> proposals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      proposals.add(in.bytes());
    }
    return new MetadataSource.Entries(first, proposals);
  }

  private static RaftBytesReader reader(ByteBuffer bytes) throws IOException {
    RaftBytesReader in = new RaftBytesReader(bytes, NOBODY);
    int version = in.int8();
    if (version != VERSION) {
      throw new UnreadableRaftBytesException(
          "version " + version + ", this release reads " + VERSION);
    }
    return in;
  }

  private static <T> T ended(RaftBytesReader in, T read) throws IOException {
    if (!in.isEnd()) {
      throw new UnreadableRaftBytesException("bytes are left over");
    }
    return read;
  }
}
