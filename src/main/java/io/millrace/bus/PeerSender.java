package io.millrace.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageProducer;

/**
 * Sends to one address of another node. What is not yet written to the connection is bounded, since
 * Vert.x holds without bound what waits for a connection or a slow peer.
 *
 * @param <M> what is sent
 */
final class PeerSender<M extends BusMessage> implements Sender<M> {
  /** What a message costs beside its records. */
  private static final int ENVELOPE_BYTES = 512;

  private final String key;
  private final Peers peers;
  private final Admission inFlight;
  private final MessageProducer<Object> producer;

  /**
   * @param inFlight shared by the senders of one lane to the node
   */
  PeerSender(String key, Peers peers, Admission inFlight, MessageProducer<Object> producer) {
    this.key = key;
    this.peers = peers;
    this.inFlight = inFlight;
    this.producer = producer;
  }

  @Override
  public boolean send(M message, Lost whenLost) {
    long sizeBytes = ENVELOPE_BYTES + message.sizeBytes();
    if (!peers.hasRoute(key) || !inFlight.tryTake(sizeBytes)) {
      return false;
    }
    Parcel parcel = new Parcel(message);
    Future<Void> written = producer.write(parcel);
    if (written.failed() && !parcel.isOpened()) {
      inFlight.giveBack(sizeBytes);
      return false;
    }
    written.onComplete(
        done -> {
          inFlight.giveBack(sizeBytes);
          if (done.failed() || parcel.hasFailed()) {
            lost(parcel, whenLost);
          }
        });
    return true;
  }

  private static void lost(Parcel parcel, Lost whenLost) {
    if (!parcel.isOpened()) {
      parcel.message().discard();
    }
    whenLost.lost(parcel.mayHaveLeft());
  }
}
