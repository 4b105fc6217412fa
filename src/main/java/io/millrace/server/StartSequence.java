package io.millrace.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts steps in order and stops in reverse order what was started. A step that fails to start
 * stops those before it, and its failure is thrown; a step that fails to stop is logged and the
 * others are stopped all the same.
 *
 * <p>Threading: one thread at a time.
 */
final class StartSequence {
  private static final Logger LOG = LoggerFactory.getLogger(StartSequence.class);

  private final List<StartStep> steps;
  private final Deque<StartStep> started = new ArrayDeque<>();

  StartSequence(List<StartStep> steps) {
    this.steps = List.copyOf(steps);
  }

  void start() throws Exception {
    for (StartStep step : steps) {
      try {
        step.start();
      } catch (Exception e) {
        LOG.debug("step={} did not start", step.name());
        stop();
        throw e;
      }
      started.push(step);
    }
  }

  /** Whether every started step stopped without a failure. */
  boolean stop() {
    boolean clean = true;
    while (!started.isEmpty()) {
      StartStep step = started.pop();
      try {
        step.stop();
      } catch (Exception e) {
        clean = false;
        LOG.error("step={} did not stop cleanly", step.name(), e);
      }
    }
    return clean;
  }
}
