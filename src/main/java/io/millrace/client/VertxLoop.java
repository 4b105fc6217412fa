package io.millrace.client;

import io.millrace.model.TimeSource;
import io.vertx.core.Context;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;

/**
 * An event loop of Vert.x. A client made on an event loop stays on that one, so that a verticle
 * talks to it without a hop; any other gets the next loop.
 */
final class VertxLoop implements Loop {
  private final ContextInternal context;

  private VertxLoop(ContextInternal context) {
    this.context = context;
  }

  static VertxLoop of(Vertx vertx) {
    Context current = Vertx.currentContext();
    boolean usable =
        current instanceof ContextInternal own
            && own.owner() == vertx
            && own.threadingModel() == ThreadingModel.EVENT_LOOP;
    return new VertxLoop(
        usable
            ? ((ContextInternal) current).unwrap()
            : ((VertxInternal) vertx).createEventLoopContext());
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(ignored -> task.run());
  }

  @Override
  public Timer schedule(long delayMs, Runnable task) {
    // Vert.x has no timer of 0 ms; 1 ms is the shortest.
    long id = context.setTimer(Math.max(1, delayMs), ignored -> task.run());
    return () -> context.owner().cancelTimer(id);
  }

  @Override
  public boolean isCurrent() {
    return context.inThread();
  }

  @Override
  public long nanoTime() {
    return TimeSource.SYSTEM.monotonicNanos();
  }

  @Override
  public long wallClockMs() {
    return TimeSource.SYSTEM.wallClockMs();
  }

  @Override
  public void report(Throwable failure) {
    context.reportException(failure);
  }
}
