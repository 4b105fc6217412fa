package io.millrace.server;

import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops and the meters. The event bus and sockets are not measured by Vert.x: it would do
 * so for every message.
 */
final class VertxStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(VertxStep.class);
  private static final int MAX_METERS = 50_000;
  private static final long STOP_SECONDS = 10;

  private final SettingValues settings;
  private final MicrometerMetrics metrics;
  private @Nullable Vertx vertx;

  VertxStep(SettingValues settings) {
    this.settings = settings;
    this.metrics =
        new MicrometerMetrics(settings.get(ServerSettings.METRICS_MAX_TOPICS), MAX_METERS);
  }

  @Override
  public String name() {
    return "event loops";
  }

  /** How many event loops there are; half of the processors are left to all that is no loop. */
  int loops() {
    int given = settings.get(ServerSettings.EVENT_LOOPS);
    return given > 0 ? given : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  @Override
  public void start() {
    // The JDK's selector counts in milliseconds: before each timer that is due within one, the loop
    // spins. The kernel's own timers do not, which is worth more than the system calls saved.
    VertxOptions options =
        new VertxOptions().setEventLoopPoolSize(loops()).setPreferNativeTransport(true);
    Vertx made = MeteredVertx.builder(options, metrics.registry()).build();
    made.exceptionHandler(failure -> FatalErrors.unhandled("an event", failure));
    vertx = made;
    if (!made.isNativeTransportEnabled()) {
      LOG.info(
          "the JDK's transport is used: {}",
          String.valueOf(made.unavailableNativeTransportCause()));
    }
  }

  Vertx vertx() {
    if (vertx == null) {
      throw new IllegalStateException("the event loops do not run");
    }
    return vertx;
  }

  MicrometerMetrics metrics() {
    return metrics;
  }

  @Override
  public void stop() throws Exception {
    vertx().close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    metrics.close();
  }
}
