package io.millrace.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.model.Metrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * The metrics port on a Prometheus registry.
 *
 * <p>Three bounds keep it small whatever users create: at most {@code maxTopics} values of the tag
 * {@code topic} (later topics share the value {@link #OTHER_TOPICS}, which no topic can be named),
 * at most {@code maxMeters} meters in all, and a handful of fixed histogram buckets per timer. The
 * JVM's and the process's own meters are made at the first scrape, so that they cost nothing at
 * start-up.
 *
 * <p>Gauges of one name and the same tags add up, so that each event loop can register its share.
 *
 * <p>Threading: thread-safe. {@link #scrape} reads all gauges and may take milliseconds: call it on
 * a worker.
 */
public final class MicrometerMetrics implements Metrics, AutoCloseable {
  /** The tag that is bounded. */
  public static final String TOPIC_TAG = "topic";

  /** What the topics beyond the bound are counted as. */
  public static final String OTHER_TOPICS = "(other)";

  /** What {@link #scrape} returns, for the Content-Type header. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** HTTP methods beyond these many distinct ones are an attack on the number of meters. */
  private static final int MAX_HTTP_METHODS = 10;

  private static final Duration[] BUCKETS = {
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final BoundedValues topics;
  private final Map<Meter.Id, GaugeSum> gauges = new HashMap<>();
  private final ProcessMeters processMeters = new ProcessMeters();

  /**
   * @param maxTopics how many topics get meters of their own, 0 or more
   * @param maxMeters how many meters there can be in all; more are not measured
   */
  public MicrometerMetrics(int maxTopics, int maxMeters) {
    this.topics = new BoundedValues(maxTopics, OTHER_TOPICS);
    registry
        .config()
        .meterFilter(MeterFilter.maximumAllowableMetrics(maxMeters))
        // Vert.x registers these anew with each connection; ours count the same.
        .meterFilter(MeterFilter.denyNameStartsWith("vertx.http.server.active"))
        .meterFilter(
            MeterFilter.maximumAllowableTags(
                "vertx.http.server", "method", MAX_HTTP_METHODS, MeterFilter.deny()));
  }

  /** For libraries that know Micrometer themselves. */
  public MeterRegistry registry() {
    return registry;
  }

  /** All meters in Prometheus's text format. */
  public String scrape() {
    processMeters.bindOnce(registry);
    return registry.scrape();
  }

  @Override
  public Counter counter(String name, String description, String... tags) {
    io.micrometer.core.instrument.Counter counter =
        io.micrometer.core.instrument.Counter.builder(name)
            .description(description)
            .tags(bounded(tags))
            .register(registry);
    return counter::increment;
  }

  @Override
  public Timer timer(String name, String description, String... tags) {
    io.micrometer.core.instrument.Timer timer =
        io.micrometer.core.instrument.Timer.builder(name)
            .description(description)
            .tags(bounded(tags))
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public Registration gauge(String name, String description, DoubleSupplier value, String... tags) {
    Meter.Id id = new Meter.Id(name, Tags.of(bounded(tags)), null, description, Meter.Type.GAUGE);
    synchronized (gauges) {
      GaugeSum sum = gauges.computeIfAbsent(id, missing -> new GaugeSum(registry, missing));
      GaugeSum.Part part = sum.add(value);
      return () -> remove(sum, part);
    }
  }

  private void remove(GaugeSum sum, GaugeSum.Part part) {
    synchronized (gauges) {
      if (sum.remove(part) && gauges.get(sum.id()) == sum) {
        gauges.remove(sum.id());
        sum.close();
      }
    }
  }

  /**
   * Takes the meters of a deleted topic away and lets another topic have its place. Meters of it
   * that somebody still holds measure nothing any more.
   */
  @Override
  public void forgetTopic(String topic) {
    if (!topics.remove(topic)) {
      return;
    }
    synchronized (gauges) {
      gauges.values().removeIf(sum -> topic.equals(sum.id().getTag(TOPIC_TAG)));
    }
    List<Meter> gone =
        registry.getMeters().stream()
            .filter(meter -> topic.equals(meter.getId().getTag(TOPIC_TAG)))
            .toList();
    gone.forEach(registry::remove);
  }

  private String[] bounded(String[] tags) {
    String[] result = tags.clone();
    for (int i = 0; i + 1 < result.length; i += 2) {
      if (result[i].equals(TOPIC_TAG)) {
        result[i + 1] = topics.admit(result[i + 1]);
      }
    }
    return result;
  }

  @Override
  public void close() {
    processMeters.close();
    registry.close();
  }
}
