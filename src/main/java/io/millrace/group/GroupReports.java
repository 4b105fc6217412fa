package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.group.GroupResponse.Listed;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import java.util.ArrayList;
import java.util.List;

/** Says what groups there are and how they are. */
final class GroupReports {
  private final Groups groups;
  private final Offsets offsets;

  GroupReports(Groups groups, Offsets offsets) {
    this.groups = groups;
    this.offsets = offsets;
  }

  Described describe(String groupId) {
    Group group = groups.find(groupId);
    if (group != null) {
      return group.describe();
    }
    return offsets.hasAny(groupId)
        ? withoutMembers(groupId, GroupState.EMPTY, GroupError.NONE)
        : withoutMembers(groupId, GroupState.DEAD, GroupError.of(ErrorCode.GROUP_ID_NOT_FOUND));
  }

  private static Described withoutMembers(String groupId, GroupState state, GroupError error) {
    return new Described(error, groupId, GroupType.CLASSIC, state, 0, 0, "", "", "", List.of());
  }

  /** Also those that exist for their positions alone. */
  List<Listed> list() {
    List<Listed> listed = new ArrayList<>();
    for (Group group : groups.all()) {
      listed.add(new Listed(group.groupId(), group.protocolType(), group.state(), group.type()));
    }
    for (String groupId : offsets.groupIds()) {
      if (groups.find(groupId) == null) {
        listed.add(new Listed(groupId, "", GroupState.EMPTY, GroupType.CLASSIC));
      }
    }
    return listed;
  }
}
