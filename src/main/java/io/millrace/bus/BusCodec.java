package io.millrace.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * The one codec of the bus. Within a process a message passes as it is; messages for other nodes do
 * not exist yet, and one that would leave is refused.
 *
 * <p>Threading: any thread.
 */
final class BusCodec implements MessageCodec<BusMessage, BusMessage> {
  @Override
  public BusMessage transform(BusMessage message) {
    return message;
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    throw new IllegalStateException(
        message.getClass().getSimpleName() + " is a message within one node and never leaves it");
  }

  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    throw new IllegalStateException("no message comes from another node");
  }

  @Override
  public String name() {
    return "millrace";
  }

  @Override
  public byte systemCodecID() {
    return -1; // what Vert.x expects of a codec that is not its own
  }
}
