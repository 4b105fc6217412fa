package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeadershipRoundsTest {
  private static final long MS = 1_000_000;

  private final InMemoryMetadataLog log = new InMemoryMetadataLog();
  private final LeadershipRounds rounds = new LeadershipRounds(log);
  private long nowMs = 5_000;

  private CompletableFuture<Void> confirm() {
    return rounds.confirm(nowMs * MS).toCompletableFuture();
  }

  private void tickAfter(long ms) {
    nowMs += ms;
    rounds.tick(nowMs * MS);
  }

  @Test
  void shouldAskAtOnceWhoeverHasNotAskedForAWhile() {
    // when
    CompletableFuture<Void> first = confirm();

    // then
    assertThat(log.confirmations).isEqualTo(1);
    assertThat(first).isNotDone();
    log.run();
    assertThat(first).isCompleted();
  }

  @Test
  void shouldHaveThoseWhoComeDuringARoundWaitForTheNext() {
    // given
    CompletableFuture<Void> first = confirm();
    CompletableFuture<Void> second = confirm();
    CompletableFuture<Void> third = confirm();

    // when
    log.run();

    // then
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(log.confirmations).isEqualTo(1);

    // when
    tickAfter(100);
    log.run();

    // then
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(log.confirmations).isEqualTo(2);
  }

  @Test
  void shouldNotAskMoreOftenHoweverManyCome() {
    // when
    for (int i = 0; i < 1_000; i++) {
      confirm();
      tickAfter(1);
      log.run();
    }

    // then
    assertThat(log.confirmations).isBetween(9, 11);
  }

  @Test
  void shouldRefuseWhoeverWaitsWhenAnotherLeads() {
    // given
    CompletableFuture<Void> asked = confirm();
    CompletableFuture<Void> waiting = confirm();

    // when
    rounds.onDeposed();

    // then
    for (CompletableFuture<Void> refused : List.of(asked, waiting)) {
      assertThat(refused)
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .havingCause()
          .isInstanceOfSatisfying(
              StreamException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_CONTROLLER));
    }
  }

  @Test
  void shouldAskAgainInALaterTermThoughTheRoundBeforeNeverEnds() {
    // given
    confirm();
    rounds.onDeposed();
    nowMs += 100;

    // when
    CompletableFuture<Void> later = confirm();

    // then
    assertThat(log.confirmations).isEqualTo(2);
    log.run();
    assertThat(later).isCompleted();
  }
}
