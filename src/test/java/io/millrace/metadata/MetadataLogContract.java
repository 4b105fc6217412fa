package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.MetadataLog.Outcome;
import io.millrace.metadata.MetadataRecord.ControllerElected;
import io.millrace.metadata.MetadataRecord.ProducerIdsAllocated;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every log does that this node leads and alone votes on. */
public abstract class MetadataLogContract {
  protected static final SettingValues SETTINGS =
      BrokerSettings.of(Map.of("metadata.pending.max", "5"));
  private static final NodeId NODE = new NodeId(0);

  private final Seen seen = new Seen();
  private MetadataLog log;

  /** What a listener saw. */
  private static final class Seen implements MetadataLog.Listener {
    final List<MetadataState> states = new ArrayList<>();
    final List<Long> terms = new ArrayList<>();

    @Override
    public void onState(MetadataState state) {
      states.add(state);
    }

    @Override
    public void onElected(long term) {
      terms.add(term);
    }

    @Override
    public void onDeposed() {}

    @Override
    public void onFailure(Throwable cause) {
      throw new AssertionError(cause);
    }

    MetadataState last() {
      return states.get(states.size() - 1);
    }
  }

  /** Opens the log; of what was there before, if it was opened before. */
  protected abstract MetadataLog open() throws IOException;

  /** Lets happen what is under way. */
  protected abstract void run();

  @BeforeEach
  void begin() throws IOException {
    log = open();
    log.subscribe(seen);
    run();
    assertThat(await(beginTerm())).isEqualTo(Outcome.APPLIED);
  }

  private CompletionStage<Outcome> beginTerm() {
    long term = seen.terms.get(seen.terms.size() - 1);
    return log.propose(
        new Proposal(term, seen.last().lastProposal(), List.of(new ControllerElected(NODE))));
  }

  private Proposal ids(long after, long first, int count) {
    return new Proposal(
        seen.last().controllerTerm(), after, List.of(new ProducerIdsAllocated(NODE, first, count)));
  }

  @Test
  void shouldCountEntriesFromOneOn() {
    assertThat(seen.last().index()).isEqualTo(1);
    assertThat(seen.last().lastProposal()).isEqualTo(1);
  }

  @Test
  void shouldShowTheStateBeforeItSaysSo() {
    // given
    List<Long> shownAtCompletion = new ArrayList<>();

    // when
    CompletableFuture<Void> done =
        log.propose(ids(1, 0, 10))
            .thenAccept(outcome -> shownAtCompletion.add(seen.last().nextProducerId()))
            .toCompletableFuture();
    run();

    // then
    assertThat(done).isCompleted();
    assertThat(shownAtCompletion).containsExactly(10L);
  }

  @Test
  void shouldKeepTheOrderOfProposalsAndDropWhatRestsOnAnother() {
    // when
    CompletionStage<Outcome> first = log.propose(ids(1, 0, 10));
    CompletionStage<Outcome> second = log.propose(ids(2, 10, 10));
    CompletionStage<Outcome> stale = log.propose(ids(2, 10, 99));
    CompletionStage<Outcome> third = log.propose(ids(3, 20, 10));

    // then
    assertThat(await(first)).isEqualTo(Outcome.APPLIED);
    assertThat(await(second)).isEqualTo(Outcome.APPLIED);
    assertThat(await(stale)).isEqualTo(Outcome.DROPPED);
    assertThat(await(third)).isEqualTo(Outcome.APPLIED);
    assertThat(seen.last().nextProducerId()).isEqualTo(30);
    assertThat(seen.last().index()).isEqualTo(5);
  }

  @Test
  void shouldWaitAtABarrierForWhatWasProposedBefore() {
    // when
    CompletionStage<Outcome> before = log.propose(ids(1, 0, 10));
    CompletionStage<MetadataState> barrier = log.readBarrier();

    // then
    assertThat(await(barrier).nextProducerId()).isEqualTo(10);
    assertThat(before.toCompletableFuture()).isCompleted();
  }

  @Test
  void shouldConfirmThatItLeadsWithoutAnEntry() {
    // given
    long indexBefore = seen.last().index();

    // when
    CompletionStage<Void> one = log.confirmLeadership();
    CompletionStage<Void> other = log.confirmLeadership();
    run();

    // then
    assertThat(one.toCompletableFuture()).isCompleted();
    assertThat(other.toCompletableFuture()).isCompleted();
    assertThat(seen.last().index()).isEqualTo(indexBefore);
  }

  @Test
  void shouldRefuseMoreThanMayWait() {
    // when
    List<CompletionStage<Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(log.propose(ids(1 + i, 10L * i, 10)));
    }

    // then
    assertThat(codeOf(all.get(19))).isEqualTo(ErrorCode.THROTTLED);
    assertThat(await(all.get(0))).isEqualTo(Outcome.APPLIED);
    assertThat(await(log.propose(ids(seen.last().lastProposal(), seen.last().nextProducerId(), 1))))
        .isEqualTo(Outcome.APPLIED);
  }

  @Test
  void shouldComeBackWithEverythingInALaterTerm() throws IOException {
    // given
    for (int i = 0; i < 50; i++) {
      await(log.propose(ids(1 + i, 10L * i, 10)));
    }
    long termBefore = seen.terms.get(0);
    await(log.close());

    // when
    Seen after = new Seen();
    MetadataLog again = open();
    again.subscribe(after);
    run();

    // then
    assertThat(after.last().toRecords()).isEqualTo(seen.last().toRecords());
    assertThat(after.last().index()).isEqualTo(seen.last().index());
    assertThat(after.terms.get(0)).isGreaterThan(termBefore);
  }

  @Test
  void shouldRefuseEverythingOnceClosed() {
    // when
    CompletionStage<Void> closed = log.close();
    run();

    // then
    assertThat(closed.toCompletableFuture()).isCompleted();
    assertThat(codeOf(log.propose(ids(1, 0, 10)))).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(codeOf(log.readBarrier())).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(codeOf(log.confirmLeadership())).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(log.close()).isSameAs(closed);
  }

  private <T> T await(CompletionStage<T> stage) {
    run();
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().join();
  }

  private static ErrorCode codeOf(CompletionStage<?> stage) {
    Throwable error = stage.toCompletableFuture().handle((value, thrown) -> thrown).getNow(null);
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    assertThat(cause).isInstanceOf(StreamException.class);
    return ((StreamException) cause).code();
  }
}
