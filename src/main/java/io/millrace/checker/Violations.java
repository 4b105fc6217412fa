package io.millrace.checker;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects violations: counts all, keeps the first few of each rule. */
final class Violations {
  private static final int KEPT_PER_RULE = 10;

  private final Map<Rule, Long> counts = new EnumMap<>(Rule.class);
  private final List<Violation> examples = new ArrayList<>();

  void add(Rule rule, String what) {
    if (counts.merge(rule, 1L, Long::sum) <= KEPT_PER_RULE) {
      examples.add(new Violation(rule, what));
    }
  }

  Map<Rule, Long> counts() {
    return Map.copyOf(counts);
  }

  List<Violation> examples() {
    return List.copyOf(examples);
  }
}
