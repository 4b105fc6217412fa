package io.millrace.metadata.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.millrace.metadata.MemberId;
import io.millrace.model.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link RaftBytesWriter} writes, from anybody: every length and count is checked
 * against what remains before anything is made of it.
 *
 * <p>The removal of the member that reads is read as that of {@link #REMOVED}. The Raft library
 * ends a node that applies its own removal, also when it is replayed at a start long after the
 * member was taken in again. Its members are what counts; a replica that is not among them any more
 * is stopped by its owner.
 */
final class RaftBytesReader {
  static final RaftModelFactory MODELS = new DefaultRaftModelFactory();
  static final RaftMember REMOVED = new RaftMember(new MemberId(new NodeId(0), "removed"));

  /** By their numbers on the wire, which are for ever. */
  static final List<MembershipChangeMode> MODES =
      List.of(
          MembershipChangeMode.ADD_LEARNER,
          MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER,
          MembershipChangeMode.REMOVE_MEMBER);

  private final ByteBuffer in;
  private final MemberId self;

  /**
   * @param in big-endian; read from its position on
   * @param self who reads
   */
  RaftBytesReader(ByteBuffer in, MemberId self) {
    this.in = in;
    this.self = self;
  }

  /** Whether all was read. */
  boolean isEnd() {
    return !in.hasRemaining();
  }

  private ByteBuffer needed(int bytes, String what) throws UnreadableRaftBytesException {
    if (bytes < 0 || bytes > in.remaining()) {
      throw new UnreadableRaftBytesException(
          what + " of " + bytes + " bytes is announced, " + in.remaining() + " remain");
    }
    return in;
  }

  int int8() throws UnreadableRaftBytesException {
    return Byte.toUnsignedInt(needed(Byte.BYTES, "a number").get());
  }

  boolean bool() throws UnreadableRaftBytesException {
    int value = int8();
    if (value > 1) {
      throw new UnreadableRaftBytesException("yes or no is " + value);
    }
    return value == 1;
  }

  int int32() throws UnreadableRaftBytesException {
    return needed(Integer.BYTES, "a number").getInt();
  }

  long int64() throws UnreadableRaftBytesException {
    return needed(Long.BYTES, "a number").getLong();
  }

  /** A number that counts something. */
  int natural32() throws UnreadableRaftBytesException {
    int value = int32();
    if (value < 0) {
      throw new UnreadableRaftBytesException("a count is " + value);
    }
    return value;
  }

  /** An index or a sequence number. */
  long natural64() throws UnreadableRaftBytesException {
    long value = int64();
    if (value < 0) {
      throw new UnreadableRaftBytesException("an index is " + value);
    }
    return value;
  }

  byte[] bytes() throws UnreadableRaftBytesException {
    int length = int32();
    ByteBuffer content = needed(length, "content");
    byte[] bytes = new byte[length];
    content.get(bytes);
    return bytes;
  }

  @Nullable RaftMember memberOrNone() throws UnreadableRaftBytesException {
    int length = int8();
    if (length == 0) {
      return null;
    }
    ByteBuffer content = needed(length, "a member");
    byte[] key = new byte[length];
    content.get(key);
    String text = new String(key, StandardCharsets.US_ASCII);
    return new RaftMember(
        MemberId.parse(text)
            .orElseThrow(
                () -> new UnreadableRaftBytesException("'" + text + "' is no member's key")));
  }

  RaftMember member() throws UnreadableRaftBytesException {
    RaftMember member = memberOrNone();
    if (member == null) {
      throw new UnreadableRaftBytesException("a member is missing");
    }
    return member;
  }

  Set<RaftEndpoint> members() throws UnreadableRaftBytesException {
    Set<RaftEndpoint> members = new LinkedHashSet<>();
    for (int count = int8(); count > 0; count--) {
      members.add(member());
    }
    return members;
  }

  private Set<RaftEndpoint> votersAmong(Set<RaftEndpoint> members)
      throws UnreadableRaftBytesException {
    Set<RaftEndpoint> voters = members();
    if (voters.isEmpty() || !members.containsAll(voters)) {
      throw new UnreadableRaftBytesException("voters " + voters + " are not among " + members);
    }
    return voters;
  }

  RaftGroupMembersView view() throws UnreadableRaftBytesException {
    long index = natural64();
    Set<RaftEndpoint> members = members();
    return MODELS
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(index)
        .setMembers(members)
        .setVotingMembers(votersAmong(members))
        .build();
  }

  LogEntry entry() throws UnreadableRaftBytesException {
    return MODELS
        .createLogEntryBuilder()
        .setIndex(natural64())
        .setTerm(natural32())
        .setOperation(operation())
        .build();
  }

  /** Entries behind their count. */
  List<LogEntry> entries() throws UnreadableRaftBytesException {
    int count = natural32();
    // No array is made of what the count says: each entry must be there first.
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      LogEntry entry = entry();
      if (i > 0 && entry.getIndex() != entries.get(i - 1).getIndex() + 1) {
        throw new UnreadableRaftBytesException(
            "entry " + entry.getIndex() + " follows " + entries.get(i - 1).getIndex());
      }
      entries.add(entry);
    }
    return entries;
  }

  SnapshotChunk chunk() throws UnreadableRaftBytesException {
    long index = natural64();
    int term = natural32();
    int number = natural32();
    int count = natural32();
    if (number >= count) {
      throw new UnreadableRaftBytesException("part " + number + " of a snapshot of " + count);
    }
    RaftGroupMembersView view = view();
    Object operation = operation();
    if (!(operation instanceof RaftOperation.ChunkBytes)) {
      throw new UnreadableRaftBytesException("a part of a snapshot holds " + operation);
    }
    return MODELS
        .createSnapshotChunkBuilder()
        .setIndex(index)
        .setTerm(term)
        .setSnapshotChunkIndex(number)
        .setSnapshotChunkCount(count)
        .setGroupMembersView(view)
        .setOperation(operation)
        .build();
  }

  private Object operation() throws UnreadableRaftBytesException {
    int kind = int8();
    return switch (kind) {
      case RaftBytesWriter.BARRIER -> new RaftOperation.Barrier();
      case RaftBytesWriter.NEW_TERM -> new RaftOperation.NewTerm(natural32(), member().id());
      case RaftBytesWriter.PROPOSED -> new RaftOperation.Proposed(bytes());
      case RaftBytesWriter.CHUNK -> new RaftOperation.ChunkBytes(bytes());
      case RaftBytesWriter.MEMBERS -> membersChange();
      default ->
          throw new UnreadableRaftBytesException(
              "an entry of kind " + kind + " is not known; start the newer release that wrote it");
    };
  }

  private Object membersChange() throws UnreadableRaftBytesException {
    Set<RaftEndpoint> members = members();
    Set<RaftEndpoint> voters = votersAmong(members);
    RaftMember changed = member();
    int mode = int8();
    if (mode >= MODES.size()) {
      throw new UnreadableRaftBytesException("a change of members of kind " + mode);
    }
    boolean isOwnRemoval =
        MODES.get(mode) == MembershipChangeMode.REMOVE_MEMBER && changed.id().equals(self);
    return MODELS
        .createUpdateRaftGroupMembersOpBuilder()
        .setMembers(members)
        .setVotingMembers(voters)
        .setEndpoint(isOwnRemoval ? REMOVED : changed)
        .setMode(MODES.get(mode))
        .build();
  }
}
