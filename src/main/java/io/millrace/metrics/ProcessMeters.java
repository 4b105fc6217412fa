package io.millrace.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import org.jspecify.annotations.Nullable;

/**
 * The meters of the JVM and its process. Making them loads the management classes, tens of
 * milliseconds that nobody should wait for at start-up.
 *
 * <p>Threading: thread-safe.
 */
final class ProcessMeters implements AutoCloseable {
  private @Nullable JvmGcMetrics pauses;
  private boolean closed;

  synchronized void bindOnce(MeterRegistry registry) {
    if (pauses != null || closed) {
      return;
    }
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    pauses = new JvmGcMetrics();
    pauses.bindTo(registry);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pauses != null) {
      pauses.close();
    }
  }
}
