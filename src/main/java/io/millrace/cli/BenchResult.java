package io.millrace.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import org.HdrHistogram.Histogram;

/**
 * What a benchmark measured. Megabytes and gigabytes are powers of ten and count values only.
 *
 * @param latencyUs microseconds; empty if none was measured
 */
record BenchResult(long records, long bytes, long nanos, Histogram latencyUs, BrokerCost broker) {
  private static final double MEGA = 1e6;
  private static final double GIGA = 1e9;

  private double seconds() {
    return nanos / GIGA;
  }

  void print(PrintWriter out, OutputForm form) {
    if (form == OutputForm.JSON) {
      out.println(json().encode());
    } else {
      out.printf(
          "%,d records, %,d bytes in %.2f s: %,.0f records/s, %.1f MB/s%n",
          records, bytes, seconds(), records / seconds(), bytes / seconds() / MEGA);
      if (latencyUs.getTotalCount() > 0) {
        out.printf(
            "latency ms: p50 %.2f, p99 %.2f, p99.9 %.2f, max %.2f%n",
            ms(50), ms(99), ms(99.9), ms(100));
      }
      if (broker.measured()) {
        out.printf(
            "broker: %.2f CPU s, %.2f CPU s/GB, %d MB resident%n",
            broker.cpuSeconds(),
            broker.cpuSeconds() / (bytes / GIGA),
            broker.residentBytes() / 1_000_000);
      }
    }
    out.flush();
  }

  private double ms(double percentile) {
    return latencyUs.getValueAtPercentile(percentile) / 1_000.0;
  }

  private JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("records", records)
            .put("bytes", bytes)
            .put("seconds", seconds())
            .put("recordsPerSecond", records / seconds())
            .put("megabytesPerSecond", bytes / seconds() / MEGA);
    if (latencyUs.getTotalCount() > 0) {
      json.put(
          "latencyMs",
          new JsonObject()
              .put("p50", ms(50))
              .put("p99", ms(99))
              .put("p999", ms(99.9))
              .put("max", ms(100)));
    }
    if (broker.measured()) {
      json.put("brokerCpuSeconds", broker.cpuSeconds())
          .put("brokerCpuSecondsPerGigabyte", broker.cpuSeconds() / (bytes / GIGA))
          .put("brokerResidentBytes", broker.residentBytes());
    }
    return json;
  }
}
