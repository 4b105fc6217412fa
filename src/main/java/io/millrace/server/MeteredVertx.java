package io.millrace.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Vert.x with meters for HTTP requests and worker pools. Everything that would cost a lookup per
 * message or socket write, the event bus and plain sockets above all, is off: the endpoints and
 * shards count for themselves.
 */
final class MeteredVertx {
  private static final Set<MetricsDomain> MEASURED =
      EnumSet.of(MetricsDomain.HTTP_SERVER, MetricsDomain.NAMED_POOLS);

  private MeteredVertx() {}

  /** A builder of a Vert.x with these options that reports to this registry. */
  static VertxBuilder builder(VertxOptions options, MeterRegistry registry) {
    MicrometerMetricsOptions metrics = new MicrometerMetricsOptions();
    metrics.setEnabled(true);
    metrics.setLabels(EnumSet.of(Label.HTTP_METHOD, Label.HTTP_CODE, Label.POOL_NAME));
    for (MetricsDomain domain : MetricsDomain.values()) {
      if (!MEASURED.contains(domain)) {
        metrics.addDisabledMetricsCategory(domain);
      }
    }
    MetricsOptions enabled = metrics;
    return Vertx.builder()
        .with(new VertxOptions(options).setMetricsOptions(enabled))
        .withMetrics(new MicrometerMetricsFactory(registry));
  }
}
