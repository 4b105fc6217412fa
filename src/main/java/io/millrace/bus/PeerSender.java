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
  private final BusMeters meters;

  /**
   * @param lanes shared by all senders to the node
   */
  PeerSender(
      String key,
      Peers peers,
      Map<Lane, Admission> lanes,
      MessageProducer<Object> producer,
      BusMeters meters) {
    this.key = key;
    this.peers = peers;
    this.lanes = lanes;
    this.producer = producer;
    this.meters = meters;
  }

  @Override
  public boolean send(M message, Lost whenLost) {
    long sizeBytes = ENVELOPE_BYTES + message.sizeBytes();
    if (!peers.hasRoute(key)) {
      meters.onNoRoute();
      return false;
    }
    Admission inFlight = Objects.requireNonNull(lanes.get(Lane.of(message)));
    if (!inFlight.tryTake(sizeBytes)) {
      meters.onNoRoom();
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

  private void lost(Parcel parcel, Lost whenLost) {
    meters.onLost();
    if (!parcel.isOpened()) {
      parcel.message().discard();
    }
    whenLost.lost(parcel.mayHaveLeft());
  }
}
