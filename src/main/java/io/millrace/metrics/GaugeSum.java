package io.millrace.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/**
 * One gauge whose value is the sum of its parts'. Parts are compared by identity, so that a part
 * that is registered twice counts twice.
 *
 * <p>Threading: parts change under the owner's lock; the sum is read on any thread.
 */
final class GaugeSum {
  private final MeterRegistry registry;
  private final Meter.Id id;
  private final Gauge gauge;
  private final List<Part> parts = new CopyOnWriteArrayList<>();

  GaugeSum(MeterRegistry registry, Meter.Id id) {
    this.registry = registry;
    this.id = id;
    this.gauge =
        Gauge.builder(id.getName(), this, GaugeSum::value)
            .description(id.getDescription())
            .tags(id.getTags())
            .strongReference(true)
            .register(registry);
  }

  /** One share of the sum. */
  static final class Part {
    private final DoubleSupplier value;

    private Part(DoubleSupplier value) {
      this.value = value;
    }
  }

  Meter.Id id() {
    return id;
  }

  Part add(DoubleSupplier value) {
    Part part = new Part(value);
    parts.add(part);
    return part;
  }

  /** Takes a part away; true if it was the last one. */
  boolean remove(Part part) {
    return parts.remove(part) && parts.isEmpty();
  }

  void close() {
    registry.remove(gauge);
  }

  private double value() {
    double sum = 0;
    for (Part part : parts) {
      sum += part.value.getAsDouble();
    }
    return sum;
  }
}
