package io.millrace.group;

import io.millrace.group.MemberTimers.Wait;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import java.util.List;
import java.util.stream.Collectors;

/** Why groups rebalance, in sentences for people. */
final class Causes {
  /** What a client says may not blow up the group's record (KIP-800 has the same bound). */
  private static final int LONGEST_REASON = 255;

  private static final int MOST_NAMED = 3;

  private Causes() {}

  static String joined(ClassicMember member, String reason) {
    return member.shown() + " joined" + because(reason);
  }

  static String joinedAgain(ClassicMember member, String reason) {
    return member.shown() + " joined again" + because(reason);
  }

  static String replaced(ClassicMember member, String reason) {
    return member.shown()
        + " took over instance "
        + member.instanceId().orElse("")
        + because(reason);
  }

  static String left(ClassicMember member, String reason) {
    return member.shown() + " left" + because(reason);
  }

  static String silent(ClassicMember member) {
    return member.shown()
        + " was removed: nothing was heard of it for "
        + member.sessionTimeoutMs()
        + " ms";
  }

  static String neverSynced(List<ClassicMember> members, int timeoutMs) {
    return named(members) + " did not ask for an assignment within " + timeoutMs + " ms";
  }

  static String slow(List<ClassicMember> members, int timeoutMs) {
    return named(members) + " did not join again within " + timeoutMs + " ms and was removed";
  }

  static String joined(String memberId, ClientOrigin origin) {
    return shown(memberId, origin) + " joined";
  }

  static String subscribed(String memberId, ClientOrigin origin) {
    return shown(memberId, origin) + " changed its subscription";
  }

  static String choseAssignor(String memberId, ClientOrigin origin, String assignor) {
    return shown(memberId, origin)
        + " asked for "
        + (assignor.isEmpty() ? "the server's choice of assignor" : "the assignor " + assignor);
  }

  static String left(String memberId, ClientOrigin origin, String reason) {
    return shown(memberId, origin) + " left" + because(reason);
  }

  static String timedOut(String memberId, ClientOrigin origin, Wait wait, long timeoutMs) {
    String what =
        switch (wait) {
          case HEARTBEAT -> "nothing was heard of it for ";
          case REVOCATION -> "it did not give up the partitions that others wait for within ";
          case JOIN -> "it did not join again within ";
          case SYNC -> "it did not ask for its assignment within ";
        };
    return shown(memberId, origin) + " was removed: " + what + timeoutMs + " ms";
  }

  static String topicsChanged() {
    return "topics or partitions that the group reads were made or deleted";
  }

  private static String shown(String memberId, ClientOrigin origin) {
    return "member "
        + memberId
        + " (client "
        + origin.clientId()
        + " at "
        + origin.clientHost()
        + ")";
  }

  static String tooLarge(int size, int maxSize) {
    return "the group has " + size + " members, group.max.size allows " + maxSize;
  }

  private static String named(List<ClassicMember> members) {
    String shown =
        members.stream()
            .limit(MOST_NAMED)
            .map(ClassicMember::shown)
            .collect(Collectors.joining(", "));
    int more = members.size() - MOST_NAMED;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  private static String because(String reason) {
    if (reason.isBlank()) {
      return "";
    }
    String bounded =
        reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
    return ": " + bounded;
  }
}
