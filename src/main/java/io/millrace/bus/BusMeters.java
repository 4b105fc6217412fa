package io.millrace.bus;

import io.millrace.model.Metrics;
import java.util.Locale;

/**
 * What is measured of the bus between nodes: how long others take to answer, and what did not go
 * through. Messages within the node are not measured.
 *
 * <p>Threading: any thread.
 */
public final class BusMeters {
  /** Of a node that is alone. */
  static final BusMeters NONE = new BusMeters(Metrics.NONE);

  private final Metrics metrics;
  private final Metrics.Timer shards;
  private final Metrics.Timer replicas;
  private final Metrics.Timer controller;
  private final Metrics.Counter noRoom;
  private final Metrics.Counter noRoute;
  private final Metrics.Counter lost;
  private final Metrics.Counter dropped;
  private final Metrics.Counter unreadable;

  BusMeters(Metrics metrics) {
    this.metrics = metrics;
    this.shards = roundTrip(metrics, "shards");
    this.replicas = roundTrip(metrics, "replicas");
    this.controller = roundTrip(metrics, "controller");
    this.noRoom = refused(metrics, "no room");
    this.noRoute = refused(metrics, "no route");
    this.lost =
        metrics.counter(
            "millrace.bus.peer.lost",
            "Messages to other nodes that were handed over and not written to a connection.");
    this.dropped =
        metrics.counter(
            "millrace.bus.peer.dropped",
            "Replies to other nodes that were given up, as there was no room for too long.");
    this.unreadable =
        metrics.counter(
            "millrace.bus.peer.unreadable",
            "Messages of other nodes that could not be read, and were dropped.");
  }

  private static Metrics.Timer roundTrip(Metrics metrics, String service) {
    return metrics.timer(
        "millrace.bus.peer.round.trip",
        "From a question to another node to its first answer: for appends with acks=all that includes"
            + " their replication, for replicas not what the leader waited for news.",
        "service",
        service);
  }

  private static Metrics.Counter refused(Metrics metrics, String reason) {
    return metrics.counter(
        "millrace.bus.peer.refused",
        "Messages to other nodes that were not taken, each try counted: enough is under way to the"
            + " node, or it is not known where it is.",
        "reason",
        reason);
  }

  /**
   * Shows how much is under way to other nodes; those of one lane add up.
   *
   * @return takes it away again
   */
  Metrics.Registration show(Admission inFlight, Lane lane) {
    return metrics.gauge(
        "millrace.bus.peer.inflight.bytes",
        "Bytes on their way to other nodes and not yet written to a connection.",
        inFlight::bytes,
        "lane",
        lane.name().toLowerCase(Locale.ROOT));
  }

  void onShardAnswer(long nanos) {
    shards.recordNanos(nanos);
  }

  void onReplicaAnswer(long nanos) {
    replicas.recordNanos(nanos);
  }

  void onControllerAnswer(long nanos) {
    controller.recordNanos(nanos);
  }

  void onNoRoom() {
    noRoom.add(1);
  }

  void onNoRoute() {
    noRoute.add(1);
  }

  void onLost() {
    lost.add(1);
  }

  void onUnreadable() {
    unreadable.add(1);
  }

  /** A reply to another node was given up. */
  public void onDropped() {
    dropped.add(1);
  }
}
