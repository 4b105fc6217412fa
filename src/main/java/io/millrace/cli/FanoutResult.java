package io.millrace.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import org.HdrHistogram.Histogram;

/**
 * What {@code bench fanout} measured.
 *
 * @param lost deliveries that did not come, those of the warm-up included
 * @param repeated deliveries that came again or too late
 * @param sendSeconds from the first message that counts until the last was sent
 * @param seconds from the first message that counts until the last delivery
 * @param clientCpuSeconds what this process used meanwhile
 */
record FanoutResult(
    int consumers,
    long messages,
    long delivered,
    long lost,
    long repeated,
    double sendSeconds,
    double seconds,
    Histogram latencyUs,
    BrokerCost broker,
    double clientCpuSeconds) {
  private static final double MEGA = 1e6;

  /** Of readers that are closed. */
  static FanoutResult of(
      FanoutReaders readers,
      int consumers,
      long messages,
      long startedNanos,
      double sendSeconds,
      BrokerCost broker,
      double clientCpuSeconds) {
    long delivered = readers.delivered();
    long wanted = messages * consumers;
    return new FanoutResult(
        consumers,
        messages,
        delivered,
        Math.max(wanted - delivered, readers.missed()),
        readers.repeated(),
        sendSeconds,
        (readers.lastNanos(startedNanos) - startedNanos) / 1e9,
        readers.latencyUs(),
        broker,
        clientCpuSeconds);
  }

  /** Whether everybody got everything once. */
  boolean isComplete() {
    return lost == 0 && repeated == 0;
  }

  void print(PrintWriter out, OutputForm form) {
    if (form == OutputForm.JSON) {
      out.println(json().encode());
    } else {
      printText(out);
    }
    out.flush();
  }

  private void printText(PrintWriter out) {
    out.printf(
        "%,d messages (%,.0f/s) to %,d consumers: %,d deliveries in %.2f s, %,.0f/s%n",
        messages, messages / sendSeconds, consumers, delivered, seconds, delivered / seconds);
    out.printf("lost %,d, repeated %,d%n", lost, repeated);
    out.printf(
        "latency ms: p50 %.2f, p99 %.2f, p99.9 %.2f, max %.2f%n",
        ms(50), ms(99), ms(99.9), ms(100));
    if (broker.measured()) {
      out.printf(
          "broker: %.2f CPU s, %.2f CPU s per million deliveries, %d MB resident%n",
          broker.cpuSeconds(), perMillion(broker.cpuSeconds()), broker.residentBytes() / 1_000_000);
    }
    out.printf(
        "this process: %.2f CPU s, %.2f CPU s per million deliveries%n",
        clientCpuSeconds, perMillion(clientCpuSeconds));
  }

  private double perMillion(double cpuSeconds) {
    return delivered == 0 ? 0 : cpuSeconds / (delivered / MEGA);
  }

  private double ms(double percentile) {
    return latencyUs.getValueAtPercentile(percentile) / 1_000.0;
  }

  private JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("consumers", consumers)
            .put("messages", messages)
            .put("deliveries", delivered)
            .put("lost", lost)
            .put("repeated", repeated)
            .put("seconds", seconds)
            .put("messagesPerSecond", messages / sendSeconds)
            .put("deliveriesPerSecond", seconds == 0 ? 0 : delivered / seconds)
            .put(
                "latencyMs",
                new JsonObject()
                    .put("p50", ms(50))
                    .put("p99", ms(99))
                    .put("p999", ms(99.9))
                    .put("max", ms(100)))
            .put("clientCpuSeconds", clientCpuSeconds);
    if (broker.measured()) {
      json.put("brokerCpuSeconds", broker.cpuSeconds())
          .put("brokerCpuSecondsPerMillion", perMillion(broker.cpuSeconds()))
          .put("brokerResidentBytes", broker.residentBytes());
    }
    return json;
  }
}
