package io.millrace.bus;

import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageProducer;
import java.util.Map;
import java.util.Objects;

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
  private final Map<Lane, Admission> lanes;
  private final MessageProducer<Object> producer;

  /**
   * @param lanes shared by all senders to the node
   */
  PeerSender(
      String key, Peers peers, Map<Lane, Admission> lanes, MessageProducer<Object> producer) {
    this.key = key;
    this.peers = peers;
    this.lanes = lanes;
    this.producer = producer;
  }

  @Override
  public boolean send(M message, Lost whenLost) {
    long sizeBytes = ENVELOPE_BYTES + message.sizeBytes();
    Admission inFlight = Objects.requireNonNull(lanes.get(Lane.of(message)));
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
