package io.millrace.metadata.raft;

import io.microraft.RaftEndpoint;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** A member of the metadata log, as the Raft library names one. */
record RaftMember(MemberId id) implements RaftEndpoint {
  @Override
  public String getId() {
    return id.key();
  }

  static MemberId idOf(RaftEndpoint endpoint) {
    return ((RaftMember) endpoint).id();
  }

  static Set<MemberId> idsOf(Collection<RaftEndpoint> endpoints) {
    return endpoints.stream().map(RaftMember::idOf).collect(Collectors.toSet());
  }

  static LogMembers membersOf(Collection<RaftEndpoint> members, Collection<RaftEndpoint> voters) {
    Set<MemberId> learners = new LinkedHashSet<>(idsOf(members));
    learners.removeAll(idsOf(voters));
    return new LogMembers(idsOf(voters), learners);
  }

  @Override
  public String toString() {
    return id.key();
  }
}
