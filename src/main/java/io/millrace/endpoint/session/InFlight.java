package io.millrace.endpoint.session;

import java.util.function.Consumer;

/**
 * The requests of one connection that are not answered yet. Beyond a limit the socket is not read,
 * so that a client which sends faster than the log takes in is held back and nothing piles up.
 *
 * <p>Threading: its session's.
 */
final class InFlight {
  private final int maxRequests;
  private final long maxBytes;
  private final Consumer<Boolean> setReading;
  private int requests;
  private long sizeBytes;
  private boolean reading = true;

  InFlight(SessionLimits limits, Consumer<Boolean> setReading) {
    this.maxRequests = limits.maxInFlightRequests();
    this.maxBytes = limits.maxInFlightBytes();
    this.setReading = setReading;
  }

  void began(int requestBytes) {
    requests++;
    sizeBytes += requestBytes;
    update();
  }

  /** True if this is what lets the socket be read again. */
  boolean ended(int requestBytes) {
    if (requests == 0 || sizeBytes < requestBytes) {
      throw new IllegalStateException(
          "a request of " + requestBytes + " bytes ended, " + requests + " are in flight");
    }
    requests--;
    sizeBytes -= requestBytes;
    boolean before = reading;
    update();
    return reading && !before;
  }

  private void update() {
    boolean below = requests < maxRequests && sizeBytes < maxBytes;
    if (below != reading) {
      reading = below;
      setReading.accept(below);
    }
  }

  int requests() {
    return requests;
  }

  boolean isReading() {
    return reading;
  }
}
