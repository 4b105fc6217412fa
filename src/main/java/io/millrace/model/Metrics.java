package io.millrace.model;

import java.util.function.DoubleSupplier;

/**
 * The metrics port. Meters are made once, at start or when their subject appears, and kept by their
 * user: looking one up by name is not for hot paths. Implementations are thread-safe. Tags come as
 * key, value, key, value.
 */
public interface Metrics {
  Counter counter(String name, String description, String... tags);

  Timer timer(String name, String description, String... tags);

  /**
   * Registers a gauge that is read when somebody scrapes, on the scraping thread: the supplier must
   * be thread-safe and quick.
   */
  Registration gauge(String name, String description, DoubleSupplier value, String... tags);

  /**
   * Takes all meters with this value of the tag {@code topic} away; those that somebody still holds
   * measure nothing any more.
   */
  void forgetTopic(String topic);

  /** A number that only grows. */
  interface Counter {
    void add(long amount);
  }

  /** A distribution of durations. */
  interface Timer {
    void recordNanos(long nanos);
  }

  /** Takes a gauge away when its subject is gone. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /** Measures nothing; for tests and tools. */
  Metrics NONE =
      new Metrics() {
        @Override
        public Counter counter(String name, String description, String... tags) {
          return amount -> {};
        }

        @Override
        public Timer timer(String name, String description, String... tags) {
          return nanos -> {};
        }

        @Override
        public Registration gauge(
            String name, String description, DoubleSupplier value, String... tags) {
          return () -> {};
        }

        @Override
        public void forgetTopic(String topic) {}
      };
}
