package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How long a subscription waits while no broker can be reached ({@code reconnect.timeout.ms}).
 *
 * <p>Threading: the loop.
 */
final class BrokerPatience {
  private final Loop loop;
  private final int timeoutMs;
  private final Connection connection;
  private final Consumer<StreamException> whenOver;
  private Loop.@Nullable Timer timer;

  /**
   * @param timeoutMs 0 for as long as the application wants to
   */
  BrokerPatience(
      Loop loop, int timeoutMs, Connection connection, Consumer<StreamException> whenOver) {
    this.loop = loop;
    this.timeoutMs = timeoutMs;
    this.connection = connection;
    this.whenOver = whenOver;
  }

  /** There is no broker, from now on or still. */
  void begin() {
    if (timeoutMs > 0 && timer == null) {
      timer = loop.schedule(timeoutMs, this::onOver);
    }
  }

  void end() {
    Loop.Timer running = timer;
    timer = null;
    if (running != null) {
      running.cancel();
    }
  }

  private void onOver() {
    timer = null;
    whenOver.accept(
        new StreamException(
            ErrorCode.CONNECTION_LOST,
            "no broker was reached for "
                + timeoutMs
                + " ms (reconnect.timeout.ms): "
                + connection.lastFailure().getMessage()));
  }
}
