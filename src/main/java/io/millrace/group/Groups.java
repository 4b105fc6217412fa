package io.millrace.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups that have, had or are about to have members. A group that is used for its positions
 * alone is not here.
 */
final class Groups {
  private final Map<String, Group> byId = new HashMap<>();

  @Nullable Group find(String groupId) {
    return byId.get(groupId);
  }

  /** Takes the place of what was there before, whose timers stop. */
  void put(Group group) {
    Group before = byId.put(group.groupId(), group);
    if (before != null && before != group) {
      before.stop();
    }
  }

  void remove(String groupId) {
    Group group = byId.remove(groupId);
    if (group != null) {
      group.stop();
    }
  }

  /** A copy, so that groups can come and go meanwhile. */
  Collection<Group> all() {
    return List.copyOf(byId.values());
  }
}
