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
  private final PeerOutage outage;

  PeerSender(String key, PeerLinks links, MessageProducer<Object> producer) {
    this.key = key;
    this.peers = links.peers();
    this.lanes = links.inFlight(key);
    this.producer = producer;
    this.meters = links.meters();
    this.outage = links.outage(key);
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
      outage.onFailed(written.cause());
      return false;
    }
    written.onComplete(
        done -> {
          inFlight.giveBack(sizeBytes);
          if (parcel.hasFailed()) {
            lost(parcel, whenLost); // No fault of the other node.
          } else if (done.failed()) {
            outage.onFailed(done.cause());
            lost(parcel, whenLost);
          } else {
            outage.onWritten();
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
