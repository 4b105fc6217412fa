package io.millrace.cli;

import java.io.IOException;
import picocli.CommandLine.Option;

/** What the benchmarks have in common. */
final class BenchOptions {
  @Option(
      names = "--records",
      paramLabel = "N",
      description = "Records that count (default: ${DEFAULT-VALUE}).",
      defaultValue = "1000000")
  private long records;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Records before them that do not (default: ${DEFAULT-VALUE}).",
      defaultValue = "200000")
  private long warmUp;

  @Option(
      names = "--broker-pid",
      paramLabel = "PID",
      description = "Also measure this process: CPU seconds and memory (Linux).",
      defaultValue = "0")
  private long brokerPid;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "text or json (default: ${DEFAULT-VALUE}).",
      defaultValue = "text")
  private OutputForm output;

  long records() {
    return records;
  }

  long warmUp() {
    return warmUp;
  }

  OutputForm output() {
    return output;
  }

  /** What the broker has used up to now; nothing if no process was given. */
  BrokerCost brokerCost() throws IOException {
    return BrokerCost.of(brokerPid);
  }
}
