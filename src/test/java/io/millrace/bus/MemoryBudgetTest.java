package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(100);
  private final List<String> granted = new ArrayList<>();

  @Test
  void shouldGrantInTheOrderOfAskingOnceThereIsRoom() {
    // given
    MemoryBudget.Reservation first = reserve(60, "first");
    MemoryBudget.Reservation large = reserve(90, "large");
    MemoryBudget.Reservation small = reserve(10, "small");
    assertThat(first.grantedAtOnce()).isTrue();
    assertThat(small.grantedAtOnce()).as("nobody overtakes the large one").isFalse();

    // when
    first.release();

    // then
    assertThat(granted).containsExactly("large", "small");
    assertThat(budget.reservedBytes()).isEqualTo(100);
    large.release();
    small.release();
    small.release();
    assertThat(budget.reservedBytes()).isZero();
  }

  @Test
  void shouldLetAFrameLargerThanTheLimitPassAlone() {
    // given
    MemoryBudget.Reservation first = reserve(1, "first");
    MemoryBudget.Reservation huge = reserve(1_000, "huge");

    // when
    first.release();

    // then
    assertThat(granted).containsExactly("huge");
    assertThat(reserve(1, "next").grantedAtOnce()).isFalse();
    huge.release();
    assertThat(granted).containsExactly("huge", "next");
  }

  @Test
  void shouldLetOthersPassWhenAWaitingFrameIsGivenUp() {
    // given
    reserve(50, "first");
    MemoryBudget.Reservation closed = reserve(60, "closed");
    reserve(40, "behind");

    // when
    closed.release();

    // then
    assertThat(granted).containsExactly("behind");
    assertThat(budget.waiting()).isZero();
  }

  /** Every frame is granted in the end and every byte given back, whatever the interleaving. */
  @Test
  void shouldLoseNoByteAndNoGrantBetweenThreads() throws Exception {
    // given
    int perThread = 20_000;
    ExecutorService threads = Executors.newFixedThreadPool(3);
    CountDownLatch allGranted = new CountDownLatch(3 * perThread);
    AtomicLong mostReserved = new AtomicLong();

    // when
    List<Future<?>> running = new ArrayList<>();
    for (int thread = 0; thread < 3; thread++) {
      int sizeBytes = 20 + thread * 7;
      running.add(
          threads.submit(
              () -> {
                for (int i = 0; i < perThread; i++) {
                  reserveAndRelease(sizeBytes, allGranted, mostReserved);
                }
              }));
    }
    for (Future<?> thread : running) {
      thread.get(60, TimeUnit.SECONDS);
    }

    // then
    assertThat(allGranted.await(20, TimeUnit.SECONDS)).isTrue();
    threads.shutdown();
    assertThat(budget.reservedBytes()).isZero();
    assertThat(budget.waiting()).isZero();
    assertThat(mostReserved.get()).isLessThanOrEqualTo(100);
  }

  private void reserveAndRelease(int sizeBytes, CountDownLatch granted, AtomicLong mostReserved) {
    CompletableFuture<MemoryBudget.Reservation> mine = new CompletableFuture<>();
    Consumer<MemoryBudget.Reservation> use =
        reservation -> {
          mostReserved.accumulateAndGet(budget.reservedBytes(), Math::max);
          reservation.release();
          granted.countDown();
        };
    // A grant may come before the reservation is returned: then it is used when it is.
    MemoryBudget.Reservation reserved = budget.reserve(sizeBytes, () -> mine.thenAccept(use));
    if (reserved.grantedAtOnce()) {
      use.accept(reserved);
    } else {
      mine.complete(reserved);
    }
  }

  private MemoryBudget.Reservation reserve(long sizeBytes, String name) {
    return budget.reserve(sizeBytes, () -> granted.add(name));
  }
}
