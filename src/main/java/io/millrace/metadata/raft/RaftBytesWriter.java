package io.millrace.metadata.raft;

import io.microraft.RaftEndpoint;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Writes what both messages and the store are made of; {@link RaftBytesReader} reads it.
 *
 * <pre>
 *   member    := length uint8 | key ASCII, nothing if the length is 0: none
 *   members   := count uint8 | members
 *   view      := logIndex int64 | all members | voting members
 *   operation := 0                                        barrier
 *              | 1 term int32 | leader member             first of a term
 *              | 2 length int32 | proposal                proposal
 *              | 3 all members | voting members | changed member | mode uint8
 *              | 4 length int32 | bytes                   part of a snapshot
 *   entry     := index int64 | term int32 | operation
 *   chunk     := index int64 | term int32 | number int32 | count int32 | view | operation
 * </pre>
 */
final class RaftBytesWriter {
  static final int BARRIER = 0;
  static final int NEW_TERM = 1;
  static final int PROPOSED = 2;
  static final int MEMBERS = 3;
  static final int CHUNK = 4;
  private static final int INITIAL_BYTES = 256;

  private ByteBuffer out = ByteBuffer.allocate(INITIAL_BYTES);

  int size() {
    return out.position();
  }

  byte[] toBytes() {
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      int atLeast = Math.addExact(out.position(), bytes);
      ByteBuffer larger = ByteBuffer.allocate(Math.max(atLeast, 2 * out.capacity()));
      out = larger.put(out.flip());
    }
    return out;
  }

  RaftBytesWriter int8(int value) {
    room(Byte.BYTES).put((byte) value);
    return this;
  }

  RaftBytesWriter bool(boolean value) {
    return int8(value ? 1 : 0);
  }

  RaftBytesWriter int32(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  RaftBytesWriter int64(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  RaftBytesWriter bytes(byte[] value) {
    int32(value.length);
    room(value.length).put(value);
    return this;
  }

  /** What another one has written. */
  RaftBytesWriter raw(RaftBytesWriter other) {
    room(other.size()).put(other.out.duplicate().flip());
    return this;
  }

  RaftBytesWriter member(@Nullable RaftEndpoint member) {
    if (member == null) {
      return int8(0);
    }
    byte[] key = ((RaftMember) member).getId().getBytes(StandardCharsets.US_ASCII);
    int8(key.length);
    room(key.length).put(key);
    return this;
  }

  RaftBytesWriter members(Collection<RaftEndpoint> members) {
    int8(members.size());
    members.forEach(this::member);
    return this;
  }

  RaftBytesWriter view(RaftGroupMembersView view) {
    return int64(view.getLogIndex()).members(view.getMembers()).members(view.getVotingMembers());
  }

  RaftBytesWriter entry(LogEntry entry) {
    return int64(entry.getIndex()).int32(entry.getTerm()).operation(entry.getOperation());
  }

  RaftBytesWriter chunk(SnapshotChunk chunk) {
    return int64(chunk.getIndex())
        .int32(chunk.getTerm())
        .int32(chunk.getSnapshotChunkIndex())
        .int32(chunk.getSnapshotChunkCount())
        .view(chunk.getGroupMembersView())
        .operation(chunk.getOperation());
  }

  RaftBytesWriter operation(@Nullable Object operation) {
    if (operation instanceof RaftOperation.Barrier) {
      return int8(BARRIER);
    }
    if (operation instanceof RaftOperation.NewTerm newTerm) {
      return int8(NEW_TERM).int32(newTerm.term()).member(new RaftMember(newTerm.leader()));
    }
    if (operation instanceof RaftOperation.Proposed proposed) {
      return int8(PROPOSED).bytes(proposed.bytes());
    }
    if (operation instanceof RaftOperation.ChunkBytes chunk) {
      return int8(CHUNK).bytes(chunk.bytes());
    }
    if (operation instanceof UpdateRaftGroupMembersOp change) {
      return int8(MEMBERS)
          .members(change.getMembers())
          .members(change.getVotingMembers())
          .member(change.getEndpoint())
          .int8(RaftBytesReader.MODES.indexOf(change.getMode()));
    }
    throw new IllegalArgumentException("no operation of the metadata log: " + operation);
  }
}
