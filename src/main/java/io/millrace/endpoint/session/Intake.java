package io.millrace.endpoint.session;

import java.util.function.IntConsumer;

/**
 * Decides whether a connection is read. It is not while too many of its requests are in flight, nor
 * while its client leaves too many answers unread: whoever asks without reading is held back, and
 * what waits for it stays bounded.
 *
 * <p>Threading: its session's.
 */
final class Intake {
  private final SessionTransport transport;
  private final IntConsumer onTooManyInFlight;
  private final InFlight inFlight;
  private boolean unread;
  private boolean heldUp;
  private boolean reading = true;

  /**
   * @param onTooManyInFlight told how many requests are in flight, before reading stops for that
   */
  Intake(SessionLimits limits, SessionTransport transport, IntConsumer onTooManyInFlight) {
    this.transport = transport;
    this.onTooManyInFlight = onTooManyInFlight;
    this.inFlight = new InFlight(limits, this::onInFlight);
  }

  private void onInFlight(boolean below) {
    if (!below) {
      onTooManyInFlight.accept(inFlight.requests());
    }
    update();
  }

  void began(int requestBytes) {
    inFlight.began(requestBytes);
  }

  /** True if this is what lets the socket be read again. */
  boolean ended(int requestBytes) {
    boolean before = reading;
    boolean below = inFlight.ended(requestBytes);
    return below && reading && !before;
  }

  int requests() {
    return inFlight.requests();
  }

  /** After an answer was given to the transport. */
  void onWritten() {
    if (!unread && transport.isOverfull()) {
      unread = true;
      update();
    }
  }

  /** The client has read; true if this is what lets the socket be read again. */
  boolean onWritable() {
    boolean before = reading;
    unread = false;
    update();
    return reading && !before;
  }

  /** Whether the server itself leaves the socket unread for want of memory. */
  void setHeldUp(boolean heldUp) {
    this.heldUp = heldUp;
  }

  private void update() {
    boolean wanted = inFlight.isReading() && !unread;
    if (wanted != reading) {
      reading = wanted;
      transport.setReading(wanted);
    }
  }

  /** Whether the server does not listen for a cause of its own, so that silence means nothing. */
  boolean isServerBusy() {
    return !inFlight.isReading() || heldUp;
  }

  /** Whether the client is not listened to until it reads. */
  boolean isUnread() {
    return unread;
  }
}
