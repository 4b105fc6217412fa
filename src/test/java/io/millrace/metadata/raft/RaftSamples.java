package io.millrace.metadata.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.RaftMessage;
import io.millrace.metadata.MemberId;
import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Messages of every kind, with contents by chance. */
final class RaftSamples {
  static final MemberId SELF = member(0).id();
  private static final RaftModelFactory MODELS = RaftBytesReader.MODELS;

  private final SplittableRandom random;

  RaftSamples(long seed) {
    this.random = new SplittableRandom(seed);
  }

  static RaftMember member(int number) {
    return new RaftMember(new MemberId(new NodeId(number), "directory-" + number));
  }

  /** What a member does about a disk that is never full. */
  static FullDisk disk() {
    return new FullDisk(
        new SimulatedScheduler(new VirtualTime()),
        new FullDisk.Listener() {
          @Override
          public void onFull() {}

          @Override
          public void onSpace() {}
        });
  }

  private long index() {
    return random.nextLong(1, Long.MAX_VALUE / 2);
  }

  private int term() {
    return random.nextInt(Integer.MAX_VALUE);
  }

  private Set<RaftEndpoint> members(int count) {
    Set<RaftEndpoint> members = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      members.add(member(1 + i));
    }
    return members;
  }

  private RaftGroupMembersView view() {
    int voters = 1 + random.nextInt(5);
    return MODELS
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(index())
        .setMembers(members(voters + random.nextInt(3)))
        .setVotingMembers(members(voters))
        .build();
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private Object operation() {
    return switch (random.nextInt(4)) {
      case 0 -> new RaftOperation.Barrier();
      case 1 -> new RaftOperation.NewTerm(term(), member(3).id());
      case 2 -> new RaftOperation.Proposed(bytes());
      default ->
          MODELS
              .createUpdateRaftGroupMembersOpBuilder()
              .setMembers(members(4))
              .setVotingMembers(members(3))
              .setEndpoint(member(2))
              .setMode(MembershipChangeMode.values()[random.nextInt(3)])
              .build();
    };
  }

  LogEntry entry(long index) {
    return MODELS
        .createLogEntryBuilder()
        .setIndex(index)
        .setTerm(term())
        .setOperation(operation())
        .build();
  }

  private List<LogEntry> entries(long first) {
    List<LogEntry> entries = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      entries.add(entry(first + entries.size()));
    }
    return entries;
  }

  private SnapshotChunk chunk(long index, int count) {
    return MODELS
        .createSnapshotChunkBuilder()
        .setIndex(index)
        .setTerm(term())
        .setSnapshotChunkIndex(random.nextInt(count))
        .setSnapshotChunkCount(count)
        .setGroupMembersView(view())
        .setOperation(new RaftOperation.ChunkBytes(bytes()))
        .build();
  }

  /** A message of this kind, as numbered by {@link RaftMessageEncoding}. */
  RaftMessage message(int kind) {
    String group = RaftMessageDecoding.GROUP;
    RaftMember sender = member(1 + random.nextInt(9));
    return switch (kind) {
      case RaftMessageEncoding.APPEND -> append(group, sender);
      case RaftMessageEncoding.APPENDED ->
          MODELS
              .createAppendEntriesSuccessResponseBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setLastLogIndex(index())
              .setQuerySequenceNumber(index())
              .setFlowControlSequenceNumber(index())
              .build();
      case RaftMessageEncoding.REFUSED ->
          new RefusedAppend(
              MODELS
                  .createAppendEntriesFailureResponseBuilder()
                  .setGroupId(group)
                  .setSender(sender)
                  .setTerm(term())
                  .setExpectedNextIndex(index())
                  .setQuerySequenceNumber(index())
                  .setFlowControlSequenceNumber(index())
                  .build(),
              index());
      case RaftMessageEncoding.SNAPSHOT -> snapshot(group, sender);
      case RaftMessageEncoding.NEXT_CHUNK ->
          MODELS
              .createInstallSnapshotResponseBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setSnapshotIndex(index())
              .setRequestedSnapshotChunkIndex(random.nextInt(100))
              .setQuerySequenceNumber(index())
              .setFlowControlSequenceNumber(index())
              .build();
      default -> ballot(kind, group, sender);
    };
  }

  private RaftMessage append(String group, RaftMember sender) {
    long previous = index();
    return MODELS
        .createAppendEntriesRequestBuilder()
        .setGroupId(group)
        .setSender(sender)
        .setTerm(term())
        .setPreviousLogTerm(term())
        .setPreviousLogIndex(previous)
        .setCommitIndex(index())
        .setLogEntries(entries(previous + 1))
        .setQuerySequenceNumber(index())
        .setFlowControlSequenceNumber(index())
        .build();
  }

  private RaftMessage snapshot(String group, RaftMember sender) {
    long index = index();
    int chunks = 1 + random.nextInt(50);
    return MODELS
        .createInstallSnapshotRequestBuilder()
        .setGroupId(group)
        .setSender(sender)
        .setTerm(term())
        .setSenderLeader(random.nextBoolean())
        .setSnapshotTerm(term())
        .setSnapshotIndex(index)
        .setTotalSnapshotChunkCount(chunks)
        .setSnapshotChunk(random.nextBoolean() ? null : chunk(index, chunks))
        .setSnapshottedMembers(members(random.nextInt(4)))
        .setGroupMembersView(view())
        .setQuerySequenceNumber(index())
        .setFlowControlSequenceNumber(index())
        .build();
  }

  private RaftMessage ballot(int kind, String group, RaftMember sender) {
    return switch (kind) {
      case RaftMessageEncoding.PRE_VOTE ->
          MODELS
              .createPreVoteRequestBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setLastLogTerm(term())
              .setLastLogIndex(index())
              .build();
      case RaftMessageEncoding.PRE_VOTED ->
          MODELS
              .createPreVoteResponseBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setGranted(random.nextBoolean())
              .build();
      case RaftMessageEncoding.VOTE ->
          MODELS
              .createVoteRequestBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setLastLogTerm(term())
              .setLastLogIndex(index())
              .setSticky(random.nextBoolean())
              .build();
      case RaftMessageEncoding.VOTED ->
          MODELS
              .createVoteResponseBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setGranted(random.nextBoolean())
              .build();
      case RaftMessageEncoding.TAKE_OVER ->
          MODELS
              .createTriggerLeaderElectionRequestBuilder()
              .setGroupId(group)
              .setSender(sender)
              .setTerm(term())
              .setLastLogTerm(term())
              .setLastLogIndex(index())
              .build();
      default -> throw new IllegalArgumentException("kind " + kind);
    };
  }
}
