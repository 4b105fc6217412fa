package io.millrace.bus;

import io.vertx.core.eventbus.MessageProducer;

/**
 * Sends within this process, by reference.
 *
 * @param <M> what is sent
 */
final class LocalSender<M extends BusMessage> implements Sender<M> {
  private final MessageProducer<Object> producer;

  LocalSender(MessageProducer<Object> producer) {
    this.producer = producer;
  }

  @Override
  public boolean send(M message) {
    return !producer.write(message).failed();
  }

  @Override
  public boolean send(M message, Lost whenLost) {
    return send(message);
  }
}
