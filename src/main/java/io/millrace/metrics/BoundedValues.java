package io.millrace.metrics;

import java.util.HashSet;
import java.util.Set;

/**
 * The first so many distinct values pass; all later ones become one. Invariant: {@code
 * admitted.size() <= max}.
 *
 * <p>Threading: thread-safe.
 */
final class BoundedValues {
  private final int max;
  private final String overflow;
  private final Set<String> admitted = new HashSet<>();

  BoundedValues(int max, String overflow) {
    this.max = max;
    this.overflow = overflow;
  }

  /** The value itself, or what stands for those beyond the bound. */
  synchronized String admit(String value) {
    if (admitted.contains(value)) {
      return value;
    }
    return admitted.size() < max && admitted.add(value) ? value : overflow;
  }

  /** Frees a value's place; false if it had none. */
  synchronized boolean remove(String value) {
    return admitted.remove(value);
  }
}
