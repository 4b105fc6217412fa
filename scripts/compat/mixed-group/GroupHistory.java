import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the members of a group were told, in their own words, and what follows from it. All times are of one clock, in microseconds.
 *
 * <p>A hold begins when a member was told that a partition is its own, and ends when it let go of it, or just before it was killed. A
 * member that was put out of the group without notice (`lost`) may learn of it late: the time of such a hold proves nothing, its epochs do.
 */
final class GroupHistory {
  private static final long STILL = Long.MAX_VALUE;

  private static final class Hold {
    final String member;
    final int partition;
    final long from;
    final Set<Integer> epochs = new TreeSet<>();
    long until = STILL;
    boolean endIsCertain = true;

    Hold(String member, int partition, long from) {
      this.member = member;
      this.partition = partition;
      this.from = from;
    }

    @Override
    public String toString() {
      return member + " held partition " + partition + " from " + from + " to " + (until == STILL ? "the end" : until)
          + " in epochs " + epochs;
    }
  }

  private final List<Hold> ended = new ArrayList<>();
  private final Map<String, Map<Integer, Hold>> held = new HashMap<>();
  private final Map<Integer, TreeMap<Long, Long>> read = new HashMap<>(); // Per partition: first offset to last.
  private final Map<String, Long> recordsRead = new TreeMap<>();
  private final Map<Integer, Long> acknowledged = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int lost;

  synchronized void assigned(String member, long at, int epoch, Iterable<Integer> partitions) {
    Map<Integer, Hold> mine = held.computeIfAbsent(member, missing -> new TreeMap<>());
    for (int partition : partitions) {
      mine.computeIfAbsent(partition, number -> new Hold(member, number, at));
    }
    epoch(member, epoch);
  }

  /** What the member holds it holds in this epoch too. */
  synchronized void epoch(String member, int epoch) {
    held.getOrDefault(member, Map.of()).values().forEach(hold -> hold.epochs.add(epoch));
    notifyAll();
  }

  synchronized void letGo(String member, long at, Iterable<Integer> partitions, boolean isLost) {
    for (int partition : partitions) {
      Hold hold = held.getOrDefault(member, Map.of()).remove(partition);
      if (hold != null) {
        hold.until = at;
        hold.endIsCertain = !isLost;
        lost += isLost ? 1 : 0;
        ended.add(hold);
      }
    }
    notifyAll();
  }

  synchronized void letGoOfAll(String member, long at, boolean isLost) {
    letGo(member, at, new TreeSet<>(held.getOrDefault(member, Map.of()).keySet()), isLost);
  }

  synchronized void read(String member, int partition, long first, long last) {
    if (!held.getOrDefault(member, Map.of()).containsKey(partition)) {
      violations.add(member + " read " + first + " to " + last + " of partition " + partition + ", which it does not hold");
    }
    read.computeIfAbsent(partition, missing -> new TreeMap<>()).merge(first, last, Math::max);
    recordsRead.merge(member, last - first + 1, Long::sum);
    notifyAll();
  }

  /** A commit was answered: it must not be lost again. */
  synchronized void committed(int partition, long offset) {
    acknowledged.merge(partition, offset, Math::max);
  }

  synchronized Map<Integer, Long> acknowledged() {
    return Map.copyOf(acknowledged);
  }

  synchronized Set<Integer> heldBy(String member) {
    return new TreeSet<>(held.getOrDefault(member, Map.of()).keySet());
  }

  synchronized Map<String, Long> recordsRead() {
    return new TreeMap<>(recordsRead);
  }

  /** The first offset of the partition that nobody read, if it is below the end; else the end. */
  synchronized long readUpTo(int partition, long end) {
    long next = 0;
    for (Map.Entry<Long, Long> range : read.getOrDefault(partition, new TreeMap<>()).entrySet()) {
      if (range.getKey() > next) {
        break;
      }
      next = Math.max(next, range.getValue() + 1);
    }
    return Math.min(next, end);
  }

  /** Waits for something to happen. */
  synchronized void await(long ms) throws InterruptedException {
    wait(ms);
  }

  /** Holds that are to be compared, and how many ended without notice. */
  synchronized String summary() {
    return allHolds().size() + " holds of a partition, " + lost + " of them lost without notice";
  }

  private List<Hold> allHolds() {
    List<Hold> all = new ArrayList<>(ended);
    held.values().forEach(mine -> all.addAll(mine.values()));
    return all;
  }

  /** What must not have happened; empty if all is well. */
  synchronized List<String> violations() {
    List<String> found = new ArrayList<>(violations);
    List<Hold> all = allHolds();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        compare(all.get(i), all.get(j), found);
      }
    }
    return found;
  }

  private static void compare(Hold one, Hold other, List<String> found) {
    if (one.partition != other.partition || one.member.equals(other.member)) {
      return;
    }
    Set<Integer> both = new TreeSet<>(one.epochs);
    both.retainAll(other.epochs);
    if (!both.isEmpty()) {
      found.add("two owners in epochs " + both + ": " + one + "; " + other);
    }
    Hold earlier = one.from <= other.from ? one : other;
    Hold later = earlier == one ? other : one;
    if (earlier.endIsCertain && earlier.until > later.from) {
      found.add("two owners at a time: " + earlier + "; " + later);
    }
  }

  /** The test of the checker itself: each planted fault must be found, and nothing in a good history. */
  public static void main(String[] arguments) {
    expect(0, good());
    GroupHistory sameEpoch = good();
    sameEpoch.assigned("c", 500, 5, List.of(1));
    sameEpoch.letGo("c", 600, List.of(1), false);
    sameEpoch.assigned("d", 700, 5, List.of(1));
    expect(1, sameEpoch);
    GroupHistory sameTime = good();
    sameTime.assigned("c", 350, 9, List.of(0));
    expect(1, sameTime);
    GroupHistory strayRead = good();
    strayRead.read("a", 0, 10, 12);
    expect(1, strayRead);
    GroupHistory lostLate = good();
    lostLate.assigned("c", 350, 8, List.of(2));
    lostLate.assigned("d", 360, 9, List.of(2));
    lostLate.letGo("c", 400, List.of(2), true);
    expect(0, lostLate);
    if (good().readUpTo(0, 10) != 10 || good().readUpTo(0, 20) != 10 || good().readUpTo(7, 5) != 0) {
      throw new AssertionError("what was read is counted wrongly");
    }
    System.out.println("the checker finds what is planted");
  }

  /** Partition 0 goes from a to b. */
  private static GroupHistory good() {
    GroupHistory history = new GroupHistory();
    history.assigned("a", 100, 1, List.of(0));
    history.read("a", 0, 0, 5);
    history.epoch("a", 2);
    history.letGo("a", 200, List.of(0), false);
    history.assigned("b", 300, 3, List.of(0));
    history.read("b", 0, 4, 9);
    return history;
  }

  private static void expect(int count, GroupHistory history) {
    if (history.violations().size() != count) {
      throw new AssertionError("expected " + count + " violations, got " + history.violations());
    }
  }
}
