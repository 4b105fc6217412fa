package io.millrace.group;

import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Protocol;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The strategies of the classic members in a group that the server assigns to. */
final class ClassicProtocols {
  private ClassicProtocols() {}

  /** Whether one who joins knows a strategy that all others know, so that the group can go back. */
  static boolean haveOneInCommon(Collection<ConsumerMember> members, GroupRequest.Join request) {
    String joining = request.member().memberId();
    Set<String> common = names(request.protocols());
    for (ConsumerMember member : members) {
      if (!member.memberId().equals(joining)) {
        member.classic().ifPresent(classic -> common.retainAll(names(classic.protocols())));
      }
    }
    return !common.isEmpty();
  }

  /** What all of these classic members know, in the order of the first's preference. */
  static Set<String> common(Collection<ConsumerMember> members) {
    Set<String> common = new LinkedHashSet<>();
    boolean isFirst = true;
    for (ConsumerMember member : members) {
      Set<String> names = member.classic().map(it -> names(it.protocols())).orElse(Set.of());
      if (isFirst) {
        common.addAll(names);
        isFirst = false;
      } else {
        common.retainAll(names);
      }
    }
    return common;
  }

  private static Set<String> names(Collection<Protocol> protocols) {
    return protocols.stream()
        .map(Protocol::name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
