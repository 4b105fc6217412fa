package io.millrace.endpoint.websocket;

import io.millrace.model.Metrics;

/** What went over one kind of transport; made once per event loop. */
final class TrafficMeters {
  private final Metrics.Counter bytesIn;
  private final Metrics.Counter bytesOut;

  TrafficMeters(Metrics metrics, String transport) {
    this.bytesIn =
        metrics.counter(
            "stream.bytes.in", "Bytes of messages from clients.", "transport", transport);
    this.bytesOut =
        metrics.counter(
            "stream.bytes.out", "Bytes of messages to clients.", "transport", transport);
  }

  void received(int bytes) {
    bytesIn.add(bytes);
  }

  void sent(int bytes) {
    bytesOut.add(bytes);
  }
}
