package io.millrace.cli;

import io.millrace.checker.CheckReport;
import io.millrace.checker.Violation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.TreeMap;

/** What a check found, for people and for scripts. */
final class VerifyReport {
  private VerifyReport() {}

  /** Prints it; the exit code that goes with it. */
  static int print(CheckReport report, boolean asJson, PrintWriter out) {
    if (asJson) {
      out.println(json(report).encode());
    } else {
      text(report, out);
    }
    out.flush();
    return report.isClean() ? ExitCode.OK : ExitCode.DAMAGED;
  }

  private static void text(CheckReport report, PrintWriter out) {
    CheckReport.Counts counts = report.counts();
    out.printf(
        "%,d sent: %,d acknowledged, %,d refused, %,d without an answer; %,d read meanwhile, %,d at the end; %,d replicas compared%n",
        counts.sent(),
        counts.acked(),
        counts.failed(),
        counts.unknown(),
        counts.polled(),
        counts.inTheEnd(),
        counts.replicas());
    CheckReport.AckGap gap = report.ackGap();
    out.printf(
        "longest time without an acknowledgement: %,d ms in partition %d, %,d ms after the start; %,d ms over all partitions%n",
        gap.longestUs() / 1_000, gap.partition(), gap.fromUs() / 1_000, gap.ofAllUs() / 1_000);
    new TreeMap<>(report.violations())
        .forEach((rule, times) -> out.printf("broken %,d times: %s%n", times, rule.sentence()));
    for (Violation violation : report.examples()) {
      out.println("  " + violation);
    }
    out.println(verdict(report));
  }

  private static String verdict(CheckReport report) {
    if (report.isClean()) {
      return "clean: every promise was kept";
    }
    return report.violations().isEmpty()
        ? "nothing was acknowledged, so that nothing was shown"
        : "NOT CLEAN: promises were broken";
  }

  private static JsonObject json(CheckReport report) {
    CheckReport.Counts counts = report.counts();
    JsonObject violations = new JsonObject();
    report.violations().forEach((rule, times) -> violations.put(rule.name(), times));
    return new JsonObject()
        .put("clean", report.isClean())
        .put("sent", counts.sent())
        .put("acked", counts.acked())
        .put("failed", counts.failed())
        .put("unknown", counts.unknown())
        .put("polled", counts.polled())
        .put("inTheEnd", counts.inTheEnd())
        .put("replicas", counts.replicas())
        .put("longestAckGapMs", report.ackGap().longestUs() / 1_000)
        .put("longestAckGapPartition", report.ackGap().partition())
        .put("longestAckGapFromMs", report.ackGap().fromUs() / 1_000)
        .put("longestAckGapOfAllMs", report.ackGap().ofAllUs() / 1_000)
        .put("violations", violations)
        .put("examples", new JsonArray(report.examples().stream().map(Object::toString).toList()));
  }
}
