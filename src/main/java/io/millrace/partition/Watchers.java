package io.millrace.partition;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The fetches that wait at one partition, in the order in which they came. */
final class Watchers {
  private final Set<FetchWatch> watches = new LinkedHashSet<>();

  void add(FetchWatch watch) {
    watches.add(watch);
  }

  void remove(FetchWatch watch) {
    watches.remove(watch);
  }

  int size() {
    return watches.size();
  }

  void onCommitted(long bytes) {
    if (!watches.isEmpty()) {
      // A copy, since who fires leaves, and may come back at once.
      copy().forEach(watch -> watch.onCommitted(bytes));
    }
  }

  void fireAll() {
    copy().forEach(FetchWatch::fire);
  }

  private List<FetchWatch> copy() {
    return new ArrayList<>(watches);
  }
}
