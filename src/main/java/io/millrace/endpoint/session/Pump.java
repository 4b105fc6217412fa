package io.millrace.endpoint.session;

/**
 * Runs a step again as long as somebody asked for it meanwhile. Whatever a step sets off may answer
 * before it returns and ask for the next step; without this each answer would go one call deeper.
 *
 * <p>Threading: one thread.
 */
final class Pump {
  private final Runnable step;
  private boolean running;
  private boolean asked;

  Pump(Runnable step) {
    this.step = step;
  }

  void run() {
    asked = true;
    if (running) {
      return;
    }
    running = true;
    try {
      while (asked) {
        asked = false;
        step.run();
      }
    } finally {
      running = false;
    }
  }
}
