package io.millrace.group;

import io.millrace.group.GroupRecord.ConsumerMemberValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The assignors that members may choose from, in the order of preference. */
final class Assignors {
  private final Map<String, PartitionAssignor> byName = new LinkedHashMap<>();
  private final PartitionAssignor first;

  /**
   * @param names those that are offered, by preference
   * @throws IllegalArgumentException if there are none, or one that is not available
   */
  Assignors(Collection<PartitionAssignor> available, List<String> names) {
    for (String name : names) {
      byName.put(
          name,
          available.stream()
              .filter(assignor -> assignor.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "group.consumer.assignors names '"
                              + name
                              + "'; there are "
                              + available.stream().map(PartitionAssignor::name).toList())));
    }
    this.first =
        byName.values().stream()
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("group.consumer.assignors names no assignor"));
  }

  boolean offers(String name) {
    return byName.containsKey(name);
  }

  Collection<String> names() {
    return byName.keySet();
  }

  /** The one that most members want, among equals the preferred; who wants none has no vote. */
  PartitionAssignor chosenBy(Collection<ConsumerMemberValue> members) {
    Map<String, Integer> votes = new HashMap<>();
    for (ConsumerMemberValue member : members) {
      votes.merge(member.serverAssignor(), 1, Integer::sum);
    }
    PartitionAssignor best = first;
    int most = votes.getOrDefault(first.name(), 0);
    for (PartitionAssignor assignor : byName.values()) {
      int count = votes.getOrDefault(assignor.name(), 0);
      if (count > most) {
        best = assignor;
        most = count;
      }
    }
    return best;
  }
}
