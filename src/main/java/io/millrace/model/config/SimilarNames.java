package io.millrace.model.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds what somebody may have meant who wrote a name that does not exist. */
final class SimilarNames {
  private static final int MOST = 5;

  private SimilarNames() {}

  /** At most five of the names: those with few letters different, then those of the same words. */
  static List<String> to(String wrong, Collection<String> names) {
    return names.stream()
        .map(name -> new Candidate(name, unlikeness(wrong, name)))
        .filter(candidate -> candidate.unlikeness < Integer.MAX_VALUE)
        .sorted(Comparator.comparingInt(Candidate::unlikeness).thenComparing(Candidate::name))
        .limit(MOST)
        .map(Candidate::name)
        .toList();
  }

  private record Candidate(String name, int unlikeness) {}

  private static int unlikeness(String wrong, String name) {
    String lower = wrong.toLowerCase(java.util.Locale.ROOT).replace('_', '.').replace('-', '.');
    int edits = edits(lower, name);
    if (edits <= Math.max(2, lower.length() / 4)) {
      return edits;
    }
    int shared = sharedLastWords(lower, name);
    if (shared >= 2 || name.endsWith("." + lower)) {
      return 100 - shared;
    }
    return name.startsWith(lower + ".") ? 100 : Integer.MAX_VALUE;
  }

  private static int sharedLastWords(String left, String right) {
    String[] a = left.split("\\.", -1);
    String[] b = right.split("\\.", -1);
    int shared = 0;
    while (shared < Math.min(a.length, b.length)
        && a[a.length - 1 - shared].equals(b[b.length - 1 - shared])) {
      shared++;
    }
    return shared;
  }

  /** Levenshtein's distance. */
  private static int edits(String left, String right) {
    int[] previous = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] row = new int[right.length() + 1];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(previous[j - 1] + change, Math.min(previous[j] + 1, row[j - 1] + 1));
      }
      previous = row;
    }
    return previous[right.length()];
  }
}
