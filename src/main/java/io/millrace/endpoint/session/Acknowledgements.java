package io.millrace.endpoint.session;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a group's stream has delivered, and how much of it the client has acknowledged. The first
 * credit in records is the client's window; each record of credit after it acknowledges one record,
 * in the order of delivery. Credit that finds nothing to acknowledge makes the window larger.
 *
 * <p>Invariants: an acknowledged position was delivered, or the stream began there; records that
 * are acknowledged are never more than those delivered.
 *
 * <p>Bounded: of more than {@link #MAX_ENTRIES} deliveries that wait, the youngest are acknowledged
 * together.
 *
 * <p>Threading: its session's.
 */
final class Acknowledgements {
  static final int MAX_ENTRIES = 1_024;

  /** One partition; another one once it was moved, so that what is under way changes nothing. */
  private static final class Place {
    private final TopicPartition name;
    private long delivered;
    private long acknowledged;
    private long committed;
    private int leaderEpoch;

    Place(TopicPartition name, long offset, long committed, int leaderEpoch) {
      this.name = name;
      this.delivered = offset;
      this.acknowledged = offset;
      this.committed = committed;
      this.leaderEpoch = leaderEpoch;
    }
  }

  private record Reached(long offset, int leaderEpoch) {}

  /** Records that are acknowledged together. */
  private static final class Entry {
    private final Map<Place, Reached> reached = new LinkedHashMap<>();
    private long records;
  }

  private final boolean byCredit;
  private final Map<PartitionId, Place> places = new HashMap<>();
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
  private long acknowledged;
  private boolean hasWindow;
  private boolean deliveredSinceSign;

  /**
   * @param byCredit whether credit acknowledges; else only commits do, and nothing is kept
   */
  Acknowledgements(boolean byCredit) {
    this.byCredit = byCredit;
  }

  /**
   * A partition is read from here on, anew or after a seek.
   *
   * @param committed what the group has committed, -1 if nothing or unknown
   */
  void begin(
      PartitionId partition, TopicPartition name, long offset, long committed, int leaderEpoch) {
    places.put(partition, new Place(name, offset, committed, leaderEpoch));
  }

  /** The client moved to another position, or was set back. */
  void moved(PartitionId partition, long offset) {
    Place place = places.get(partition);
    if (place != null) {
      begin(partition, place.name, offset, place.committed, -1);
    }
  }

  /** Nothing of this partition can be committed any more. */
  void end(PartitionId partition) {
    places.remove(partition);
  }

  /**
   * Records were written to the client.
   *
   * @param nextOffset behind them
   * @param records as they are counted against the credit
   */
  void delivered(PartitionId partition, long nextOffset, int leaderEpoch, long records) {
    Place place = places.get(partition);
    deliveredSinceSign |= records > 0;
    if (place != null) {
      place.delivered = nextOffset;
    }
    if (!byCredit) {
      return;
    }
    Entry last = waiting.peekLast();
    if (last == null || waiting.size() < MAX_ENTRIES) {
      last = new Entry();
      waiting.add(last);
    }
    last.records += records;
    if (place != null) {
      last.reached.put(place, new Reached(nextOffset, leaderEpoch));
    }
    settle();
  }

  /** The client allowed more records. */
  void credited(long records) {
    deliveredSinceSign = false;
    if (!byCredit || records == 0) {
      return;
    }
    if (hasWindow) {
      acknowledged = Math.min(Long.MAX_VALUE - records, acknowledged) + records;
      settle();
    }
    hasWindow = true;
  }

  private void settle() {
    Entry first = waiting.peek();
    while (first != null && first.records <= acknowledged) {
      waiting.remove();
      acknowledged -= first.records;
      first.reached.forEach(
          (place, reached) -> {
            if (reached.offset() > place.acknowledged) {
              place.acknowledged = reached.offset();
              place.leaderEpoch = reached.leaderEpoch();
            }
          });
      first = waiting.peek();
    }
    if (first == null) {
      acknowledged = 0;
    }
  }

  /** The group has this position now. */
  void committed(PartitionId partition, long offset, boolean byClient) {
    Place place = places.get(partition);
    if (place != null) {
      place.committed = offset;
      if (byClient) {
        place.acknowledged = offset;
        deliveredSinceSign = false;
      }
    }
  }

  /** Whether the client was given records that it has not answered for. */
  boolean owes() {
    return byCredit ? !waiting.isEmpty() : deliveredSinceSign;
  }

  /** What is acknowledged and not committed yet, of partitions that the test allows. */
  List<OffsetCommit> uncommitted(Predicate<PartitionId> of) {
    List<OffsetCommit> commits = new ArrayList<>();
    places.forEach(
        (partition, place) -> {
          if (of.test(partition) && place.acknowledged != place.committed) {
            commits.add(new OffsetCommit(place.name, place.acknowledged, place.leaderEpoch, ""));
          }
        });
    return commits;
  }

  /** Everything that was delivered. */
  List<OffsetCommit> delivered() {
    return places.values().stream()
        .map(place -> new OffsetCommit(place.name, place.delivered, place.leaderEpoch, ""))
        .toList();
  }

  /** The partition of this name; null if it is not read. */
  @Nullable PartitionId find(TopicPartition name) {
    for (Map.Entry<PartitionId, Place> entry : places.entrySet()) {
      if (entry.getValue().name.equals(name)) {
        return entry.getKey();
      }
    }
    return null;
  }
}
