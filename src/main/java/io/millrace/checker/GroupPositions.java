package io.millrace.checker;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * That the positions of a group never go back, are within the log, and leave nothing out. Holds for
 * groups whose members do not seek.
 *
 * <p>A commit of a member that has lost its partition is refused, so whoever begins later begins at
 * or behind every position that was confirmed before. Confirmations of two members may be heard of
 * in either order; those of one member may not.
 */
final class GroupPositions {
  private record Owned(String group, int partition) {}

  private record Reading(String reader, int partition) {}

  private final Violations violations;
  private final Map<Owned, Long> highest = new HashMap<>();
  private final Map<Owned, Long> looked = new HashMap<>();
  private final Map<Reading, Long> ofMember = new HashMap<>();
  private final Map<Reading, Owned> memberships = new HashMap<>();
  private final Map<Owned, BitSet> given = new HashMap<>();

  GroupPositions(Violations violations) {
    this.violations = violations;
  }

  void onBegan(HistoryEvent.Began began) {
    if (began.group().isEmpty()) {
      return;
    }
    Owned owned = new Owned(began.group(), began.partition());
    Reading reading = new Reading(began.reader(), began.partition());
    memberships.put(reading, owned);
    long confirmed = highest.getOrDefault(owned, 0L);
    if (began.offset() < confirmed) {
      wentBack(owned, began.reader() + " begins at " + began.offset(), confirmed);
    }
  }

  void onCommitted(HistoryEvent.Committed committed) {
    Owned owned = new Owned(committed.group(), committed.partition());
    if (committed.reader().equals(HistoryEvent.FINAL_READER)) {
      looked.put(owned, committed.offset());
    } else {
      Reading reading = new Reading(committed.reader(), committed.partition());
      Long before = ofMember.put(reading, committed.offset());
      if (before != null && committed.offset() < before) {
        wentBack(owned, committed.reader() + " committed " + committed.offset(), before);
      }
    }
    highest.merge(owned, committed.offset(), Math::max);
  }

  void onRead(String reader, Place place) {
    Owned owned = memberships.get(new Reading(reader, place.partition()));
    if (owned != null) {
      given.computeIfAbsent(owned, key -> new BitSet()).set(Math.toIntExact(place.offset()));
    }
  }

  void finish(FinalLog log) {
    looked.forEach(
        (owned, offset) -> {
          long confirmed = highest.getOrDefault(owned, 0L);
          if (offset < confirmed) {
            wentBack(owned, "it is at " + offset + " in the end", confirmed);
          } else if (offset < log.endOf(owned.partition())) {
            violations.add(
                Rule.READER_STOPPED,
                text(owned)
                    + " is at "
                    + offset
                    + ", the log ends at "
                    + log.endOf(owned.partition()));
          }
        });
    highest.forEach(
        (owned, offset) -> {
          long end = log.endOf(owned.partition());
          if (end >= 0 && offset > end) {
            violations.add(
                Rule.COMMIT_BEYOND_END,
                text(owned) + " is at " + offset + ", the log ends at " + end);
          }
          int missed = given.getOrDefault(owned, new BitSet()).nextClearBit(0);
          if (missed < offset) {
            violations.add(
                Rule.GROUP_SKIPPED,
                text(owned) + " is at " + offset + ", and no member was given " + missed);
          }
        });
  }

  private void wentBack(Owned owned, String what, long confirmed) {
    violations.add(
        Rule.COMMIT_WENT_BACK,
        text(owned) + ": " + what + ", and was confirmed to be at " + confirmed);
  }

  private static String text(Owned owned) {
    return "group " + owned.group() + " in partition " + owned.partition();
  }
}
