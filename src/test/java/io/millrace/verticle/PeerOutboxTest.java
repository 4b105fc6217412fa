package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.bus.Address;
import io.millrace.bus.Addresses;
import io.millrace.bus.LoopMail;
import io.millrace.bus.ReplicaFetchReply;
import io.millrace.bus.Sender;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerOutboxTest {
  private static final Address<LoopMail> ONE = Addresses.nodeLoop("1", 0);
  private static final Address<LoopMail> TWO = Addresses.nodeLoop("2", 0);
  private static final Address<LoopMail> HERE = Addresses.loop(0);
  private static final int LONG_ENOUGH = 500;

  private final Set<Address<LoopMail>> full = new HashSet<>();
  private final List<String> sent = new ArrayList<>();
  private final ArrayDeque<Runnable> due = new ArrayDeque<>();
  private int dropped;

  private final PeerOutbox outbox =
      new PeerOutbox(this::sender, () -> dropped++, (delayMs, task) -> due.add(task));

  private Sender<LoopMail> sender(Address<LoopMail> to) {
    return (mail, whenLost) -> {
      if (full.contains(to)) {
        return false;
      }
      mail.replies().forEach(reply -> sent.add(to + " " + reply.correlationId()));
      mail.discard();
      return true;
    };
  }

  @Test
  void shouldSendAtOnceWhereThereIsRoom() {
    // when
    outbox.send(ONE, mail(1));
    outbox.send(HERE, mail(2));

    // then
    assertThat(sent).containsExactly(ONE + " 1", HERE + " 2");
    assertThat(due).isEmpty();
  }

  @Test
  void shouldKeepWhatFindsNoRoomAndItsOrder() {
    // given
    full.add(ONE);
    outbox.send(ONE, mail(1));
    full.clear();

    // when
    outbox.send(ONE, mail(2));
    due.remove().run();

    // then
    assertThat(sent).containsExactly(ONE + " 1", ONE + " 2");
    assertThat(due).isEmpty();
  }

  @Test
  void shouldNotLetOneNodeHoldUpAnother() {
    // given
    full.add(ONE);
    full.add(TWO);
    outbox.send(ONE, mail(1));
    outbox.send(TWO, mail(2));
    full.remove(TWO);

    // when
    due.remove().run();

    // then
    assertThat(sent).containsExactly(TWO + " 2");
    assertThat(due).hasSize(1);
  }

  @Test
  void shouldGiveUpInTheEndAndReleaseOnce() {
    // given
    full.add(ONE);
    BufferSlice slice = slice();
    outbox.send(ONE, mail(1, slice));

    // when
    for (int i = 0; i < LONG_ENOUGH && !due.isEmpty(); i++) {
      due.remove().run();
    }

    // then
    assertThat(due).isEmpty();
    assertThat(sent).isEmpty();
    assertThat(slice.references()).isZero();
    assertThat(dropped).isEqualTo(1);
  }

  @Test
  void shouldNotWaitForALoopOfThisNodeThatIsGone() {
    // given
    full.add(HERE);
    BufferSlice slice = slice();

    // when
    outbox.send(HERE, mail(1, slice));

    // then
    assertThat(slice.references()).isZero();
    assertThat(due).isEmpty();
    assertThat(dropped).isZero();
  }

  @Test
  void shouldReleaseWhatWaitsWhenItIsClosed() {
    // given
    full.add(ONE);
    BufferSlice waiting = slice();
    BufferSlice late = slice();
    outbox.send(ONE, mail(1, waiting));

    // when
    outbox.close();
    outbox.send(ONE, mail(2, late));
    due.remove().run();

    // then
    assertThat(waiting.references()).isZero();
    assertThat(late.references()).isZero();
    assertThat(due).isEmpty();
  }

  private static LoopMail mail(long correlationId) {
    return new LoopMail(List.of(new ReplicaFetchReply(correlationId, 0, List.of())));
  }

  private static LoopMail mail(long correlationId, BufferSlice slice) {
    ReplicaFetchReply.Result result =
        new ReplicaFetchReply.Result(
            new PartitionId(new TopicId(1, 2), 0),
            ErrorCode.NONE,
            "",
            1,
            0,
            1,
            0,
            -1,
            ReplicaFetchReply.NOT_DIVERGING,
            Optional.of(slice));
    return new LoopMail(List.of(new ReplicaFetchReply(correlationId, 0, List.of(result))));
  }

  private static BufferSlice slice() {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    builder.append(1, (byte[]) null, "flight".getBytes(StandardCharsets.UTF_8), List.of());
    return BufferSlice.of(builder.build());
  }
}
