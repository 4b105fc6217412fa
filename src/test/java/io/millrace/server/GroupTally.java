package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What the members of one group have been given, and what they have read. */
final class GroupTally {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Map<String, Set<Integer>> owned = new HashMap<>();
  private final Set<String> values = new HashSet<>();
  private final Map<String, Integer> read = new HashMap<>();
  private final List<String> errors = new ArrayList<>();
  private final List<String> overlaps = new ArrayList<>();

  synchronized void assigned(String member, Set<Integer> partitions) {
    owned.forEach(
        (other, theirs) -> {
          Set<Integer> both = new TreeSet<>(theirs);
          both.retainAll(partitions);
          if (!other.equals(member) && !both.isEmpty()) {
            overlaps.add(member + " got " + both + " of " + other);
          }
        });
    owned.computeIfAbsent(member, missing -> new TreeSet<>()).addAll(partitions);
    notifyAll();
  }

  synchronized void gone(String member, Set<Integer> partitions) {
    owned.computeIfAbsent(member, missing -> new TreeSet<>()).removeAll(partitions);
    notifyAll();
  }

  synchronized void ended(String member) {
    owned.remove(member);
    notifyAll();
  }

  synchronized void read(String member, String value) {
    values.add(value);
    read.merge(member, 1, Integer::sum);
    notifyAll();
  }

  synchronized void failed(String member, String error) {
    errors.add(member + ": " + error);
    notifyAll();
  }

  synchronized int owned(String member) {
    return owned.getOrDefault(member, Set.of()).size();
  }

  synchronized int read(String member) {
    return read.getOrDefault(member, 0);
  }

  synchronized boolean hasRead(Set<String> expected) {
    return values.containsAll(expected);
  }

  synchronized List<String> errors() {
    return List.copyOf(errors);
  }

  synchronized void forgetWhatWasRead() {
    values.clear();
    read.clear();
  }

  /** Partitions that were given to one member while another still had them. */
  synchronized List<String> overlaps() {
    return List.copyOf(overlaps);
  }

  /** Waits until something is so. */
  synchronized void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      assertThat(leftMs)
          .as("%s; owned %s, read %s, errors %s", what, owned, read, errors)
          .isPositive();
      wait(Math.min(leftMs, 100));
    }
  }
}
