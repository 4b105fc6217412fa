package io.millrace.checker;

import io.millrace.checker.Sends.End;
import io.millrace.checker.Sends.Send;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the final reader read, held against what was sent, acknowledged and seen before. */
final class FinalLog {
  private final Violations violations;
  private final Map<String, Place> places = new HashMap<>();
  private final Map<Place, String> values = new HashMap<>();
  private final Map<Integer, Long> nextOffsets = new HashMap<>();
  private final Map<Integer, HistoryEvent.Ended> ends = new HashMap<>();
  private final Map<String, Send> lastOfProducer = new HashMap<>();

  FinalLog(Violations violations) {
    this.violations = violations;
  }

  /** In the order of reading. */
  void onRead(Place place, String value, Sends sends, boolean idempotent) {
    places.putIfAbsent(value, place);
    values.putIfAbsent(place, value);
    nextOffsets.merge(place.partition(), place.offset() + 1, Math::max);
    Send send = sends.of(value);
    if (send == null || !idempotent) {
      return;
    }
    Send before = lastOfProducer.put(place.partition() + " " + send.producer(), send);
    if (before != null && before.sequence() >= send.sequence()) {
      violations.add(
          Rule.PRODUCER_ORDER, value + " at " + place + " comes after " + before.value());
    }
  }

  void onEnded(HistoryEvent.Ended ended) {
    ends.put(ended.partition(), ended);
  }

  /** Where the log ends; -1 if the final reader was not told. */
  long endOf(int partition) {
    HistoryEvent.Ended ended = ends.get(partition);
    return ended == null ? -1 : ended.endOffset();
  }

  long records() {
    return values.size();
  }

  void finish(HistoryEvent.Run run, Sends sends, Sightings sightings) {
    for (int partition = 0; partition < run.partitions(); partition++) {
      complete(partition);
    }
    for (Send send : sends.all()) {
      judge(send, sightings.placeOf(send.value()));
    }
    for (String value : sightings.all()) {
      if (sends.of(value) == null) {
        violations.add(
            Rule.NEVER_SENT, value + " was read at " + sightings.placeOf(value) + ", never sent");
      }
    }
  }

  private void complete(int partition) {
    HistoryEvent.Ended ended = ends.get(partition);
    if (ended == null) {
      violations.add(Rule.FINAL_READ_INCOMPLETE, "partition " + partition + " was not read");
      return;
    }
    long read = nextOffsets.getOrDefault(partition, ended.startOffset());
    if (ended.startOffset() != 0 || read != ended.endOffset()) {
      violations.add(
          Rule.FINAL_READ_INCOMPLETE,
          "partition "
              + partition
              + " is from "
              + ended.startOffset()
              + " to "
              + ended.endOffset()
              + " and was read up to "
              + read
              + ", expected everything from 0");
    }
  }

  private void judge(Send send, @Nullable Place seen) {
    Place there = places.get(send.value());
    if (send.end() == End.ACKED && there == null) {
      violations.add(
          Rule.LOST_WRITE,
          send.value() + " was acknowledged" + at(send.place()) + " and is not there at the end");
    } else if (send.end() == End.ACKED && send.place() != null) {
      atItsPlace(send, Objects.requireNonNull(there));
    } else if (send.end() == End.FAILED && seen != null) {
      violations.add(Rule.FAILED_VALUE_SEEN, send.value() + " was refused and was read at " + seen);
    } else if (send.end() == End.UNKNOWN && seen != null && there == null) {
      violations.add(
          Rule.LOST_WRITE, send.value() + " was read at " + seen + " and is not there at the end");
    }
  }

  private void atItsPlace(Send send, Place there) {
    Place acked = Objects.requireNonNull(send.place());
    if (!acked.equals(there)) {
      violations.add(
          Rule.ACKED_ELSEWHERE,
          send.value()
              + " was acknowledged at "
              + acked
              + " and is at "
              + there
              + "; there is "
              + values.getOrDefault(acked, "nothing")
              + " instead");
    }
  }

  private static String at(@Nullable Place place) {
    return place == null ? "" : " at " + place;
  }
}
