package io.millrace.server;

import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops and the meters. The event bus and sockets are not measured by Vert.x: it would do
 * so for every message.
 */
final class VertxStep implements StartStep {
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

  /** How many event loops there are. */
  int loops() {
    int given = settings.get(ServerSettings.EVENT_LOOPS);
    return given > 0 ? given : Runtime.getRuntime().availableProcessors();
  }

  @Override
  public void start() {
    VertxOptions options = new VertxOptions().setEventLoopPoolSize(loops());
    Vertx made = MeteredVertx.builder(options, metrics.registry()).build();
    made.exceptionHandler(failure -> FatalErrors.unhandled("an event", failure));
    vertx = made;
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
