package io.millrace.metadata.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.millrace.metadata.MemberId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a member writes down before it says so.
 *
 * <pre>
 *   record := 1 member | votes uint8           who it is
 *           | 2 view                           the members that the group began with
 *           | 3 term int32 | voted-for member  its term, and its vote in it
 *           | 4 entry
 *           | 5 chunk
 *           | 6 index int64                    entries from this one on are void
 *           | 7 index int64                    the parts of this snapshot are void
 * </pre>
 *
 * Members, views, entries and chunks are those of {@link RaftBytesWriter}.
 */
sealed interface RaftRecord {
  record Self(RaftMember member, boolean votes) implements RaftRecord {}

  record InitialMembers(RaftGroupMembersView view) implements RaftRecord {}

  record Term(int term, @Nullable RaftMember votedFor) implements RaftRecord {}

  record Entry(LogEntry entry) implements RaftRecord {}

  record Chunk(SnapshotChunk chunk) implements RaftRecord {}

  record EntriesVoid(long fromIndex) implements RaftRecord {}

  record ChunksVoid(long snapshotIndex) implements RaftRecord {}

  /** Reads one, and leaves the buffer behind it. */
  static RaftRecord read(ByteBuffer bytes, MemberId self) throws UnreadableRaftBytesException {
    RaftBytesReader in = new RaftBytesReader(bytes, self);
    int kind = in.int8();
    return switch (kind) {
      case 1 -> new Self(in.member(), in.bool());
      case 2 -> new InitialMembers(in.view());
      case 3 -> new Term(in.natural32(), in.memberOrNone());
      case 4 -> new Entry(in.entry());
      case 5 -> new Chunk(in.chunk());
      case 6 -> new EntriesVoid(in.natural64());
      case 7 -> new ChunksVoid(in.natural64());
      default ->
          throw new UnreadableRaftBytesException(
              "a record of kind " + kind + " is not known; start the newer release that wrote it");
    };
  }

  /** The record's bytes. */
  default byte[] toBytes() {
    RaftBytesWriter out = new RaftBytesWriter();
    if (this instanceof Self self) {
      out.int8(1).member(self.member()).bool(self.votes());
    } else if (this instanceof InitialMembers initial) {
      out.int8(2).view(initial.view());
    } else if (this instanceof Term term) {
      out.int8(3).int32(term.term()).member(term.votedFor());
    } else if (this instanceof Entry entry) {
      out.int8(4).entry(entry.entry());
    } else if (this instanceof Chunk chunk) {
      out.int8(5).chunk(chunk.chunk());
    } else if (this instanceof EntriesVoid entriesVoid) {
      out.int8(6).int64(entriesVoid.fromIndex());
    } else if (this instanceof ChunksVoid chunksVoid) {
      out.int8(7).int64(chunksVoid.snapshotIndex());
    }
    return out.toBytes();
  }
}
