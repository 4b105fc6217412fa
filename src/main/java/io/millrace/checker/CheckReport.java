package io.millrace.checker;

import java.util.List;
import java.util.Map;

/**
 * What was found.
 *
 * @param violations how often each rule was broken; those that hold are left out
 * @param examples the first few of each
 */
public record CheckReport(
    Map<Rule, Long> violations, List<Violation> examples, Counts counts, AckGap ackGap) {
  public CheckReport {
    violations = Map.copyOf(violations);
    examples = List.copyOf(examples);
  }

  /** Whether every rule holds, and there was something that it could be broken by. */
  public boolean isClean() {
    return violations.isEmpty() && counts.acked() > 0;
  }

  /**
   * How much was looked at.
   *
   * @param polled records that readers were given during the run
   * @param inTheEnd records that the final reader found
   * @param replicas partitions of nodes
   */
  public record Counts(
      long sent,
      long acked,
      long failed,
      long unknown,
      long polled,
      long inTheEnd,
      long replicas) {}

  /**
   * The longest time without an acknowledgement.
   *
   * @param longestUs of the partition that waited longest
   * @param partition which that is, -1 if none
   * @param fromUs when that began
   * @param ofAllUs the longest time without one from any partition
   */
  public record AckGap(long longestUs, int partition, long fromUs, long ofAllUs) {}
}
