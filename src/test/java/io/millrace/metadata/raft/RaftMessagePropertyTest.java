package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microraft.MembershipChangeMode;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.LogEntry;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.RaftMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RaftMessagePropertyTest {
  @Property
  void shouldReadWhatItWrites(@ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int kind)
      throws UnreadableRaftBytesException {
    // given
    RaftMessage message = new RaftSamples(seed).message(kind);
    byte[] bytes = RaftMessageEncoding.encode(message);

    // when
    RaftMessage read = RaftMessageDecoding.decode(ByteBuffer.wrap(bytes), RaftSamples.SELF);

    // then
    assertThat(read).isInstanceOf(message.getClass());
    assertThat(RaftMessageEncoding.encode(read)).isEqualTo(bytes);
  }

  @Property
  void shouldRefuseWhatWasCutShort(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int kind) {
    // given
    byte[] bytes = RaftMessageEncoding.encode(new RaftSamples(seed).message(kind));

    // then
    for (int length = 0; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> RaftMessageDecoding.decode(cut, RaftSamples.SELF))
          .isInstanceOf(UnreadableRaftBytesException.class);
    }
  }

  @Example
  void shouldSendAsManyEntriesAsFitAndOneAtLeast() throws UnreadableRaftBytesException {
    // given
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      entries.add(
          RaftBytesReader.MODELS
              .createLogEntryBuilder()
              .setIndex(i)
              .setTerm(1)
              .setOperation(new RaftOperation.Proposed(new byte[RaftConfig.MAX_PROPOSAL_BYTES]))
              .build());
    }
    AppendEntriesRequest append =
        RaftBytesReader.MODELS
            .createAppendEntriesRequestBuilder()
            .setGroupId(RaftMessageDecoding.GROUP)
            .setSender(RaftSamples.member(1))
            .setTerm(1)
            .setLogEntries(entries)
            .build();

    // when
    byte[] bytes = RaftMessageEncoding.encode(append);

    // then
    assertThat(bytes).hasSizeLessThan(RaftConfig.MAX_MESSAGE_BYTES);
    RaftMessage read = RaftMessageDecoding.decode(ByteBuffer.wrap(bytes), RaftSamples.SELF);
    assertThat(((AppendEntriesRequest) read).getLogEntries()).hasSize(1);
  }

  @Example
  void shouldReadItsOwnRemovalAsAnothers() throws UnreadableRaftBytesException {
    // given
    RaftMember self = new RaftMember(RaftSamples.SELF);
    RaftBytesWriter out = new RaftBytesWriter();
    out.operation(
        RaftBytesReader.MODELS
            .createUpdateRaftGroupMembersOpBuilder()
            .setMembers(Set.of(RaftSamples.member(1)))
            .setVotingMembers(Set.of(RaftSamples.member(1)))
            .setEndpoint(self)
            .setMode(MembershipChangeMode.REMOVE_MEMBER)
            .build());
    byte[] operation = out.toBytes();
    ByteBuffer entry =
        ByteBuffer.allocate(12 + operation.length).putLong(5).putInt(1).put(operation).flip();

    // when
    LogEntry read = new RaftBytesReader(entry, RaftSamples.SELF).entry();

    // then
    assertThat(((UpdateRaftGroupMembersOp) read.getOperation()).getEndpoint())
        .isEqualTo(RaftBytesReader.REMOVED);
  }
}
