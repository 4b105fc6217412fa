package io.millrace.cli;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.TimeUnit;

/** The event loop of one command. */
final class CommandVertx {
  private static final long SLOW_SECONDS = 30;

  private CommandVertx() {}

  /**
   * One loop, on which a command's classes are loaded: on a busy machine that takes seconds, which
   * is nothing to warn a user of.
   */
  static Vertx open() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS)
            .setMaxEventLoopExecuteTime(SLOW_SECONDS));
  }
}
