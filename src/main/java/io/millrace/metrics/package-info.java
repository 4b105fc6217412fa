/**
 * The Micrometer adapter of the metrics port: counters, timers and gauges as Prometheus reads them,
 * with bounds on how many there can be.
 *
 * <p>May import: model, Micrometer.
 *
 * <p>Threading: thread-safe; gauges are read on the scraping thread.
 */
@org.jspecify.annotations.NullMarked
package io.millrace.metrics;
