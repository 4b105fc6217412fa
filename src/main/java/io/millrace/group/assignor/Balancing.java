package io.millrace.group.assignor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * Evens out the members' loads with as few moves as possible. A member may hand a partition to any
 * other subscriber of its topic; a chain of such moves takes one from its first member and gives
 * one to its last, and leaves those between as they were. While there is a chain from a member to
 * one with at least two less, the shortest to the least loaded is taken. None is left at the end,
 * which is the best balance that the subscriptions allow.
 *
 * <p>Members are visited from the most loaded down. Whoever can be reached from a member without
 * such a chain has none either, and no later chain leads through them: they are settled.
 */
final class Balancing {
  private static final int NONE = -1;

  private final Ownership ownership;
  private final BitSet settledMembers = new BitSet();

  /** How the search came to a member: from whom, and with a partition of which topic. */
  private final int[] cameFrom;

  private final int[] cameWithTopic;

  private final BitSet seenMembers = new BitSet();
  private final BitSet seenTopics = new BitSet();

  Balancing(Ownership ownership) {
    this.ownership = ownership;
    this.cameFrom = new int[ownership.memberCount()];
    this.cameWithTopic = new int[ownership.memberCount()];
  }

  void balance() {
    PriorityQueue<Entry> byLoad = new PriorityQueue<>(Entry.MOST_LOADED_FIRST);
    for (int member = 0; member < ownership.memberCount(); member++) {
      byLoad.add(new Entry(member, ownership.load(member)));
    }
    while (!byLoad.isEmpty()) {
      Entry entry = byLoad.remove();
      int member = entry.member();
      if (settledMembers.get(member) || entry.load() != ownership.load(member)) {
        continue; // or its entry is an old one, and a newer is in the queue
      }
      int target = nearestWithTwoLess(member);
      if (target == NONE) {
        settledMembers.or(seenMembers);
      } else {
        moveAlong(member, target);
        byLoad.add(new Entry(member, ownership.load(member)));
        byLoad.add(new Entry(target, ownership.load(target)));
      }
    }
  }

  /** Searches in breadth, and of the first distance that has one takes the least loaded. */
  private int nearestWithTwoLess(int source) {
    Arrays.fill(cameFrom, NONE);
    seenMembers.clear();
    seenTopics.clear();
    seenMembers.set(source);
    Deque<Integer> frontier = new ArrayDeque<>();
    frontier.add(source);
    while (!frontier.isEmpty()) {
      Deque<Integer> next = new ArrayDeque<>();
      int best = NONE;
      for (int member : frontier) {
        best = lessLoaded(best, visitNeighbours(member, next));
      }
      if (best != NONE && ownership.load(best) <= ownership.load(source) - 2) {
        return best;
      }
      frontier = next;
    }
    return NONE;
  }

  /** Adds those that the member could hand a partition to, and returns the least loaded of them. */
  private int visitNeighbours(int member, Deque<Integer> next) {
    int best = NONE;
    for (int topic : ownership.ownedTopics(member)) {
      if (seenTopics.get(topic)) {
        continue; // all its subscribers were seen with it
      }
      seenTopics.set(topic);
      for (int subscriber : ownership.subscribers(topic)) {
        if (!seenMembers.get(subscriber) && !settledMembers.get(subscriber)) {
          seenMembers.set(subscriber);
          cameFrom[subscriber] = member;
          cameWithTopic[subscriber] = topic;
          next.add(subscriber);
          best = lessLoaded(best, subscriber);
        }
      }
    }
    return best;
  }

  private int lessLoaded(int one, int other) {
    if (one == NONE || other == NONE) {
      return one == NONE ? other : one;
    }
    return ownership.load(other) < ownership.load(one) ? other : one;
  }

  private void moveAlong(int source, int target) {
    for (int member = target; member != source; member = cameFrom[member]) {
      ownership.move(cameWithTopic[member], cameFrom[member], member);
    }
  }

  /** A member with the load that it had when it was queued. */
  private record Entry(int member, int load) {
    static final Comparator<Entry> MOST_LOADED_FIRST =
        Comparator.comparingInt(Entry::load).reversed().thenComparingInt(Entry::member);
  }
}
