package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.config.LogSettings.LogThreading;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardThreadIT {
  private static final int SLOW_MS = 50;
  private static final long STALL_NANOS = 200_000_000;
  private static final int QUIET_MS = 1_000;
  private static final long MS = 1_000_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context home = ((VertxInternal) vertx).createEventLoopContext();
  private final WorkerExecutor worker = vertx.createSharedWorkerExecutor("shard-under-test", 1);

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void shouldLeaveTheLoopAfterAStallAndComeBackAfterQuiet() {
    // given
    ShardThread thread = thread(LogThreading.AUTO);
    assertThat(runsOn(thread)).doesNotContain("shard-under-test");

    // when
    onLoop(() -> stall(thread, 100 * MS));

    // then
    assertThat(runsOn(thread)).contains("shard-under-test");

    // when
    onLoop(() -> tick(thread, 100 * MS + QUIET_MS * MS - 1));
    assertThat(runsOn(thread)).as("not quiet for long enough").contains("shard-under-test");
    onLoop(() -> tick(thread, 100 * MS + QUIET_MS * MS));

    // then
    assertThat(runsOn(thread)).doesNotContain("shard-under-test");
  }

  @Test
  void shouldStayOnTheLoopWhenOnlySomeWritesAreSlow() {
    // given
    ShardThread thread = thread(LogThreading.AUTO);

    // when
    for (int second = 1; second <= 10; second++) {
      long nowNanos = second * 1_200 * MS;
      onLoop(() -> write(thread, 150 * MS, nowNanos));
      onLoop(() -> write(thread, 49 * MS, nowNanos + 49 * MS));
    }

    // then
    assertThat(runsOn(thread)).doesNotContain("shard-under-test");
  }

  @Test
  void shouldLeaveTheLoopWhenSlowWritesFollowEachOther() {
    // given
    ShardThread thread = thread(LogThreading.AUTO);

    // when
    onLoop(() -> write(thread, 100 * MS, 100 * MS));
    String after100 = runsOn(thread);
    onLoop(() -> write(thread, 50 * MS, 1_150 * MS));
    onLoop(() -> write(thread, 50 * MS, 2_200 * MS));

    // then
    assertThat(after100).doesNotContain("shard-under-test");
    assertThat(runsOn(thread)).contains("shard-under-test");
  }

  @Test
  void shouldStayWhereItIsTold() {
    // given
    ShardThread always = thread(LogThreading.WORKER);
    ShardThread never = thread(LogThreading.EVENT_LOOP);

    // when
    onLoop(() -> stall(never, 100 * MS));
    onLoop(() -> tick(always, Long.MAX_VALUE / 2));

    // then
    assertThat(runsOn(always)).contains("shard-under-test");
    assertThat(runsOn(never)).doesNotContain("shard-under-test");
  }

  @Test
  void shouldLetTheLoopGoOnWhileTheWorkerIsHeldUp() {
    // given
    ShardThread thread = thread(LogThreading.AUTO);
    onLoop(() -> stall(thread, 0));
    CountDownLatch disk = new CountDownLatch(1);
    onLoop(() -> execute(thread, () -> await(disk)));

    // when
    onLoop(() -> tick(thread, QUIET_MS * MS));
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Boolean> last = new CompletableFuture<>();
    onLoop(() -> execute(thread, () -> order.add(1)));
    onLoop(() -> execute(thread, () -> last.complete(order.add(2))));

    // then
    assertThat(last).as("waits, while the loop answers").isNotDone();
    disk.countDown();
    assertThat(get(last)).isTrue();
    assertThat(order).containsExactly(1, 2);
  }

  /** Never two at a time, always in order, with moves there and back in between. */
  @Test
  void shouldRunEventsOneAtATimeAndInOrderThroughAllMoves() {
    // given
    ShardThread thread = thread(LogThreading.AUTO);
    Random random = new Random(1);
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean running = new AtomicBoolean();
    List<String> wrong = new ArrayList<>();
    int events = 20_000;
    CompletableFuture<Boolean> done = new CompletableFuture<>();

    // when
    for (int i = 0; i < events; i++) {
      int number = i;
      boolean stalls = random.nextInt(50) == 0;
      boolean quiet = random.nextInt(20) == 0;
      home.runOnContext(
          ignored -> {
            thread.execute(
                () -> {
                  if (!running.compareAndSet(false, true) || next.getAndIncrement() != number) {
                    wrong.add("event " + number);
                  }
                  if (stalls) {
                    thread.onWrite(STALL_NANOS, 0);
                  }
                  running.set(false);
                  if (number == events - 1) {
                    done.complete(true);
                  }
                });
            if (quiet) {
              thread.tick(QUIET_MS * MS);
            }
          });
    }

    // then
    assertThat(get(done)).isTrue();
    assertThat(wrong).isEmpty();
  }

  private ShardThread thread(LogThreading threading) {
    return new ShardThread(0, threading, SLOW_MS, QUIET_MS, worker);
  }

  private static boolean stall(ShardThread thread, long nowNanos) {
    return write(thread, STALL_NANOS, nowNanos);
  }

  private static boolean write(ShardThread thread, long durationNanos, long nowNanos) {
    return execute(thread, () -> thread.onWrite(durationNanos, nowNanos));
  }

  private static boolean tick(ShardThread thread, long nowNanos) {
    thread.tick(nowNanos);
    return true;
  }

  private static boolean execute(ShardThread thread, Runnable event) {
    thread.execute(event);
    return true;
  }

  private String runsOn(ShardThread thread) {
    CompletableFuture<String> name = new CompletableFuture<>();
    onLoop(() -> execute(thread, () -> name.complete(Thread.currentThread().getName())));
    return get(name);
  }

  private <T> T onLoop(Callable<T> code) {
    CompletableFuture<T> result = new CompletableFuture<>();
    home.runOnContext(
        ignored -> {
          try {
            result.complete(code.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return get(result);
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("held up for too long");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
