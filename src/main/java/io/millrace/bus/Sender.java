package io.millrace.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageProducer;

/**
 * Sends messages to one address, at most once each.
 *
 * <p>Threading: any thread.
 *
 * @param <M> what is sent
 */
public final class Sender<M extends BusMessage> {
  private final MessageProducer<Object> producer;

  Sender(MessageProducer<Object> producer) {
    this.producer = producer;
  }

  /**
   * Hands the message over.
   *
   * @return false if nobody consumes the address, which for a LOCAL one is known at once: the
   *     message and what it holds are still the caller's
   */
  public boolean send(M message) {
    Future<Void> written = producer.write(message);
    return !written.failed();
  }
}
