package io.millrace.bus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message on its way to another node. It remembers whether its bytes were written: until then
 * what the message holds is whole, and the other node cannot have seen anything of it.
 *
 * <p>Threading: written by the thread that encodes it, read by the sender's.
 */
final class Parcel implements BusMessage {
  private static final Logger LOG = LoggerFactory.getLogger(Parcel.class);

  private final BusMessage message;
  private volatile boolean opened;
  private volatile boolean failed;

  Parcel(BusMessage message) {
    this.message = message;
  }

  BusMessage message() {
    return message;
  }

  /** From here on what the message holds is the codec's, which gives it back. */
  void open() {
    opened = true;
  }

  /** The message could not be written; nothing of it goes out. */
  void encodingFailed(RuntimeException cause) {
    failed = true;
    LOG.error(
        "a message to another node could not be written: {}",
        message.getClass().getSimpleName(),
        cause);
  }

  /** Whether the other node may have got something of it. */
  boolean mayHaveLeft() {
    return opened && !failed;
  }

  /** Whether the codec had it. */
  boolean isOpened() {
    return opened;
  }

  boolean hasFailed() {
    return failed;
  }
}
