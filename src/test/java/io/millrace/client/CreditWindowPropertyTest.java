package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A broker sends batches of any size while it has credit; the application asks in any rhythm. */
class CreditWindowPropertyTest {
  private static final long WINDOW_RECORDS = 50;
  private static final long WINDOW_BYTES = 1_000;

  private record Step(int batchRecords, int batchBytes, int asks, boolean handles) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 80),
            Arbitraries.integers().between(1, 1_500),
            Arbitraries.integers().between(0, 30),
            Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(200);
  }

  @Property(tries = 500)
  void shouldNeverHoldMoreThanTheWindowAndOneBatch(@ForAll("steps") List<Step> steps) {
    Broker broker = new Broker();
    for (Step step : steps) {
      broker.play(step);
      assertThat(broker.heldBytes).isLessThanOrEqualTo(WINDOW_BYTES + 1_500);
      assertThat(broker.credit.heldBytes()).isEqualTo(broker.heldBytes);
    }
  }

  @Property(tries = 500)
  void shouldNeverAllowMoreRecordsThanWereAskedFor(@ForAll("steps") List<Step> steps) {
    Broker broker = new Broker();
    for (Step step : steps) {
      broker.play(step);
      assertThat(broker.creditRecords + broker.heldRecords)
          .isLessThanOrEqualTo(Math.max(broker.demand, broker.largestEver) + 80);
    }
  }

  @Property(tries = 500)
  void shouldNeverStallWhenEverythingIsHandledAndMoreIsWanted(@ForAll("steps") List<Step> steps) {
    Broker broker = new Broker();
    steps.forEach(broker::play);
    broker.handleAll();
    broker.demand += 1;
    broker.grant();
    assertThat(broker.creditRecords).isPositive();
    assertThat(broker.creditBytes).isPositive();
  }

  /** What the broker and the application know of it. */
  private static final class Broker {
    private final CreditWindow credit = new CreditWindow(WINDOW_RECORDS, WINDOW_BYTES);
    private long creditRecords;
    private long creditBytes;
    private long heldRecords;
    private long heldBytes;
    private long demand;
    private long largestEver;

    private void play(Step step) {
      demand += step.asks();
      largestEver = Math.max(largestEver, Math.min(demand, WINDOW_RECORDS));
      grant();
      if (creditRecords > 0 && creditBytes > 0) {
        credit.onReceived(step.batchRecords(), step.batchBytes());
        creditRecords -= step.batchRecords();
        creditBytes -= step.batchBytes();
        heldRecords += step.batchRecords();
        heldBytes += step.batchBytes();
      }
      if (step.handles()) {
        handleAll();
      }
    }

    private void grant() {
      CreditWindow.Grant grant = credit.next(demand);
      creditRecords += grant.records();
      creditBytes += grant.bytes();
    }

    private void handleAll() {
      credit.onGone(heldRecords, heldBytes);
      demand = Math.max(0, demand - heldRecords);
      heldRecords = 0;
      heldBytes = 0;
    }
  }
}
