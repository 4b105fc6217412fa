package io.millrace.group.assignor;

import io.millrace.group.AssignedPartitions;
import io.millrace.group.AssignmentSpec;
import io.millrace.group.AssignmentSpec.MemberSpec;
import io.millrace.group.PartitionAssignor;
import io.millrace.model.TopicId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Gives each subscriber of a topic a contiguous range of its partitions. Members have one order for
 * all topics, so those who subscribe to the same topics with the same number of partitions get the
 * same numbers of each: what a join of streams needs.
 *
 * <p>Static members come first, by instance id, so that a restart under another member id moves
 * nothing. The others follow in the order in which they have ranges now, newcomers last, so that a
 * member keeps as much of its range as the new borders leave.
 */
public final class RangeAssignor implements PartitionAssignor {
  public static final String NAME = "range";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, AssignedPartitions> assign(AssignmentSpec spec) {
    Map<String, AssignedPartitions.Builder> building = new HashMap<>();
    subscribers(spec)
        .forEach(
            (topicId, members) -> {
              int partitionCount = spec.partitionCount(topicId);
              int quota = partitionCount / members.size();
              int withOneMore = partitionCount % members.size();
              int start = 0;
              for (int index = 0; index < members.size(); index++) {
                int end = start + quota + (index < withOneMore ? 1 : 0);
                building
                    .computeIfAbsent(members.get(index), id -> new AssignedPartitions.Builder())
                    .addRange(topicId, start, end);
                start = end;
              }
            });
    Map<String, AssignedPartitions> result = new HashMap<>();
    for (String memberId : spec.members().keySet()) {
      AssignedPartitions.Builder own = building.get(memberId);
      result.put(memberId, own == null ? AssignedPartitions.EMPTY : own.build());
    }
    return result;
  }

  /** Who is subscribed to each topic that exists, in the order of members. */
  private static Map<TopicId, List<String>> subscribers(AssignmentSpec spec) {
    Map<TopicId, List<String>> result = new TreeMap<>(AssignedPartitions.TOPIC_ORDER);
    for (Place place : inOrder(spec)) {
      MemberSpec member = spec.members().get(place.memberId());
      Set<TopicId> topics = member == null ? Set.of() : member.subscribedTopics();
      for (TopicId topicId : topics) {
        if (spec.partitionCount(topicId) > 0) {
          result.computeIfAbsent(topicId, absent -> new ArrayList<>()).add(place.memberId());
        }
      }
    }
    return result;
  }

  private static Set<Place> inOrder(AssignmentSpec spec) {
    Set<Place> places = new TreeSet<>(Place.ORDER);
    spec.members()
        .forEach(
            (memberId, member) ->
                places.add(new Place(memberId, member.instanceId(), startOf(member, spec))));
    return places;
  }

  /**
   * Where the member's range begins, as a part of the topic, 1 if it has none. The smallest of its
   * topics', since after partitions were added only the numbers' proportions say who came first.
   */
  private static double startOf(MemberSpec member, AssignmentSpec spec) {
    double[] start = {1};
    member
        .current()
        .forEach(
            (topicId, partition) -> {
              int partitionCount = spec.partitionCount(topicId);
              if (partitionCount > 0) {
                start[0] = Math.min(start[0], partition / (double) partitionCount);
              }
            });
    return start[0];
  }

  /** A member's place in the order of all. */
  private record Place(String memberId, Optional<String> instanceId, double start) {
    static final Comparator<Place> ORDER =
        Comparator.comparing((Place place) -> place.instanceId().isEmpty())
            .thenComparing(place -> place.instanceId().orElse(""))
            .thenComparingDouble(place -> place.instanceId().isPresent() ? 0 : place.start())
            .thenComparing(Place::memberId);
  }
}
