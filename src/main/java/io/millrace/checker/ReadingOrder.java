package io.millrace.checker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * That each reader is given every offset of a partition once: the next one is the one before + 1,
 * or where the reader began.
 */
final class ReadingOrder {
  private record Reading(String reader, int partition) {}

  private final Violations violations;
  private final Map<Reading, Long> nextOffsets = new HashMap<>();
  private final Set<Reading> inGroups = new HashSet<>();

  ReadingOrder(Violations violations) {
    this.violations = violations;
  }

  void onBegan(HistoryEvent.Began began) {
    Reading reading = new Reading(began.reader(), began.partition());
    if (!began.group().isEmpty()) {
      inGroups.add(reading);
    }
    if (nextOffsets.put(reading, began.offset()) != null && began.group().isEmpty()) {
      violations.add(
          Rule.BAD_HISTORY,
          began.reader() + " begins twice in partition " + began.partition() + " without a group");
    }
  }

  void onRead(String reader, Place place) {
    Long expected = nextOffsets.put(new Reading(reader, place.partition()), place.offset() + 1);
    if (expected == null) {
      violations.add(Rule.BAD_HISTORY, reader + " reads " + place + " and never began there");
    } else if (place.offset() < expected) {
      violations.add(
          Rule.STEP_BACK_IN_READING, reader + " was given " + place + " after " + (expected - 1));
    } else if (place.offset() > expected) {
      violations.add(
          Rule.GAP_IN_READING, reader + " was given " + place + ", expected " + expected);
    }
  }

  /** No retention is at work in a run: whatever is left out is missing. */
  void onGap(HistoryEvent.Gap gap) {
    violations.add(
        Rule.GAP_IN_READING,
        gap.reader()
            + " was told that partition "
            + gap.partition()
            + " has nothing from "
            + gap.fromOffset()
            + " to "
            + gap.toOffset()
            + ": "
            + gap.cause());
    nextOffsets.put(new Reading(gap.reader(), gap.partition()), gap.toOffset());
  }

  /** Readers in no group are given everything; the final one is judged by what it read. */
  void finish(FinalLog log) {
    nextOffsets.forEach(
        (reading, next) -> {
          boolean wholeLog =
              !inGroups.contains(reading) && !reading.reader().equals(HistoryEvent.FINAL_READER);
          if (wholeLog && next < log.endOf(reading.partition())) {
            violations.add(
                Rule.READER_STOPPED,
                reading.reader()
                    + " was given partition "
                    + reading.partition()
                    + " up to "
                    + next
                    + ", it ends at "
                    + log.endOf(reading.partition()));
          }
        });
  }
}
