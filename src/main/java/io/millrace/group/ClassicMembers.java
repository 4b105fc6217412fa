package io.millrace.group;

import io.millrace.model.group.GroupRequest.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The members of a classic group in the order in which they came, those that were given an id and
 * have not come back with it yet (KIP-394), and the leader.
 */
final class ClassicMembers {
  private final Map<String, ClassicMember> byId = new LinkedHashMap<>();
  private final Map<String, String> idsByInstance = new HashMap<>();
  private final Map<String, Timers.Timer> pending = new HashMap<>();
  private @Nullable String leaderId;

  boolean isEmpty() {
    return byId.isEmpty();
  }

  int size() {
    return byId.size();
  }

  /** Not to be changed; for loops in which members leave, see {@link #copy}. */
  Collection<ClassicMember> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  List<ClassicMember> copy() {
    return List.copyOf(byId.values());
  }

  @Nullable ClassicMember find(String memberId) {
    return byId.get(memberId);
  }

  /** The id of the member that has this instance id now. */
  @Nullable String idOf(String instanceId) {
    return idsByInstance.get(instanceId);
  }

  boolean hasInstance(String instanceId) {
    return idsByInstance.containsKey(instanceId);
  }

  /** The first one leads. */
  void add(ClassicMember member) {
    byId.put(member.memberId(), member);
    member.instanceId().ifPresent(instance -> idsByInstance.put(instance, member.memberId()));
    dropPending(member.memberId());
    if (leaderId == null) {
      leaderId = member.memberId();
    }
  }

  /** Takes it out and stops its session; somebody else leads if it did. */
  void remove(ClassicMember member) {
    member.session().stop();
    byId.remove(member.memberId(), member);
    member.instanceId().ifPresent(instance -> idsByInstance.remove(instance, member.memberId()));
    if (isLeader(member.memberId())) {
      leaderId = byId.isEmpty() ? null : byId.keySet().iterator().next();
    }
  }

  /** Puts a static member's new incarnation into its place (KIP-345). */
  void replace(ClassicMember before, ClassicMember now) {
    boolean wasLeader = isLeader(before.memberId());
    remove(before);
    add(now);
    if (wasLeader) {
      leaderId = now.memberId();
    }
  }

  boolean isPending(String memberId) {
    return pending.containsKey(memberId);
  }

  boolean hasPending() {
    return !pending.isEmpty();
  }

  void addPending(String memberId, Timers.Timer expiry) {
    pending.put(memberId, expiry);
  }

  void dropPending(String memberId) {
    Timers.Timer expiry = pending.remove(memberId);
    if (expiry != null) {
      expiry.stop();
    }
  }

  /** No timer of theirs fires any more. */
  void stop() {
    byId.values().forEach(member -> member.session().stop());
    pending.values().forEach(Timers.Timer::stop);
  }

  @Nullable String leaderId() {
    return leaderId;
  }

  void setLeader(@Nullable String memberId) {
    leaderId = memberId;
  }

  boolean isLeader(String memberId) {
    return memberId.equals(leaderId);
  }

  /** Makes sure that the leader is one that joined; false if nobody did. */
  boolean electJoinedLeader() {
    ClassicMember leader = leaderId == null ? null : byId.get(leaderId);
    if (leader != null && leader.hasJoined()) {
      return true;
    }
    Optional<ClassicMember> first =
        byId.values().stream().filter(ClassicMember::hasJoined).findFirst();
    first.ifPresent(member -> leaderId = member.memberId());
    return first.isPresent();
  }

  int joinedCount() {
    return (int) byId.values().stream().filter(ClassicMember::hasJoined).count();
  }

  /** Whether the next generation need not wait for anybody. */
  boolean haveAllJoined() {
    return pending.isEmpty() && byId.values().stream().allMatch(ClassicMember::hasJoined);
  }

  int longestRebalanceTimeoutMs() {
    return byId.values().stream().mapToInt(ClassicMember::rebalanceTimeoutMs).max().orElse(0);
  }

  /** Whether one of these strategies is known to every member. */
  boolean supportAnyOf(List<Protocol> protocols) {
    Set<String> common = commonProtocols();
    return byId.isEmpty() || protocols.stream().anyMatch(one -> common.contains(one.name()));
  }

  private Set<String> commonProtocols() {
    Set<String> common = new TreeSet<>();
    boolean first = true;
    for (ClassicMember member : byId.values()) {
      if (first) {
        common.addAll(member.protocolNames());
        first = false;
      } else {
        common.retainAll(member.protocolNames());
      }
    }
    return common;
  }

  /**
   * The strategy that most members prefer among those that all know; of equals the first by name.
   * Members whose strategies have nothing in common are not let in, so that there is one.
   */
  String voteForProtocol() {
    Set<String> candidates = commonProtocols();
    Map<String, Integer> votes = new TreeMap<>();
    for (ClassicMember member : byId.values()) {
      List<String> preferred =
          new ArrayList<>(member.protocols().stream().map(Protocol::name).toList());
      preferred.retainAll(candidates);
      if (!preferred.isEmpty()) {
        votes.merge(preferred.get(0), 1, Integer::sum);
      }
    }
    int most = votes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    return votes.entrySet().stream()
        .filter(entry -> entry.getValue() == most)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("the members of a group know no strategy in common"));
  }
}
