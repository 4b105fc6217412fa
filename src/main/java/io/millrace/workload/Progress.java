package io.millrace.workload;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** How far a workload is, for people who wait. */
public final class Progress {
  private final Map<String, Long> failures = new TreeMap<>();
  private final Map<Integer, Long> acknowledgedEnds = new HashMap<>();
  private long sent;
  private long acked;
  private long read;

  void onSent() {
    sent++;
  }

  void onAcked(int partition, long offset) {
    acked++;
    acknowledgedEnds.merge(partition, offset + 1, Math::max);
  }

  /** The offset behind the last record that was acknowledged, of each partition. */
  Map<Integer, Long> acknowledgedEnds() {
    return acknowledgedEnds;
  }

  void onFailed(String code) {
    failures.merge(code, 1L, Long::sum);
  }

  void onRead(long records) {
    read += records;
  }

  @Override
  public String toString() {
    return sent
        + " sent, "
        + acked
        + " acknowledged, "
        + (failures.isEmpty() ? "none failed" : "failed " + failures)
        + ", "
        + read
        + " read";
  }
}
