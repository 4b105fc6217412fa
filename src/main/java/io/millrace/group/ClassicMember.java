package io.millrace.group;

import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Join;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.OpaqueBytes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A member of a classic group, and what it waits for. */
final class ClassicMember {
  private static final long NO_REQUEST = -1;

  private final String memberId;
  private final Optional<String> instanceId;
  private final Timers.Timer session;
  private ClientOrigin origin;
  private int rebalanceTimeoutMs;
  private int sessionTimeoutMs;
  private List<Protocol> protocols;
  private OpaqueBytes assignment = OpaqueBytes.EMPTY;
  private boolean isNew;
  private boolean hasJoined;
  private boolean isSyncOwed;
  private long joinRequestId = NO_REQUEST;
  private long syncRequestId = NO_REQUEST;

  /**
   * @param session fires when nothing was heard of it for too long
   */
  ClassicMember(
      String memberId,
      Optional<String> instanceId,
      ClientOrigin origin,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      List<Protocol> protocols,
      Timers.Timer session) {
    this.memberId = memberId;
    this.instanceId = instanceId;
    this.origin = origin;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.protocols = List.copyOf(protocols);
    this.session = session;
  }

  String memberId() {
    return memberId;
  }

  Optional<String> instanceId() {
    return instanceId;
  }

  boolean isStatic() {
    return instanceId.isPresent();
  }

  ClientOrigin origin() {
    return origin;
  }

  int rebalanceTimeoutMs() {
    return rebalanceTimeoutMs;
  }

  int sessionTimeoutMs() {
    return sessionTimeoutMs;
  }

  List<Protocol> protocols() {
    return protocols;
  }

  Set<String> protocolNames() {
    return protocols.stream().map(Protocol::name).collect(Collectors.toSet());
  }

  /** What it told the leader under this strategy; empty if it does not know it. */
  OpaqueBytes metadata(String protocolName) {
    for (Protocol protocol : protocols) {
      if (protocol.name().equals(protocolName)) {
        return protocol.metadata();
      }
    }
    return OpaqueBytes.EMPTY;
  }

  OpaqueBytes assignment() {
    return assignment;
  }

  void assign(OpaqueBytes newAssignment) {
    assignment = newAssignment;
  }

  /** Whether it waits in its first rebalance, where it knows no id to send heartbeats with. */
  boolean isNew() {
    return isNew;
  }

  /** It asks to be in the next generation; what it said before no longer counts. */
  void onJoin(long requestId, Join request, boolean firstTime) {
    origin = request.origin();
    rebalanceTimeoutMs = request.rebalanceTimeoutMs();
    sessionTimeoutMs = request.sessionTimeoutMs();
    protocols = List.copyOf(request.protocols());
    isNew = isNew || firstTime;
    hasJoined = true;
    joinRequestId = requestId;
  }

  /** Whether it asked to be in the generation that is about to begin. */
  boolean hasJoined() {
    return hasJoined;
  }

  /** Answers its join, if it still waits for that; it is in no rebalance any more. */
  void answerJoin(Turn turn, GroupResponse.Joined answer) {
    if (joinRequestId != NO_REQUEST) {
      turn.reply(joinRequestId, answer);
    }
    joinRequestId = NO_REQUEST;
    hasJoined = false;
    isNew = false;
  }

  /** The generation has begun, and it has to ask for its assignment. */
  void oweSync() {
    isSyncOwed = true;
  }

  boolean isSyncOwed() {
    return isSyncOwed;
  }

  void onSync() {
    isSyncOwed = false;
  }

  void awaitSync(long requestId) {
    syncRequestId = requestId;
  }

  boolean awaitsJoinReply() {
    return joinRequestId != NO_REQUEST;
  }

  boolean awaitsSyncReply() {
    return syncRequestId != NO_REQUEST;
  }

  void answerSync(Turn turn, GroupResponse.Synced answer) {
    if (awaitsSyncReply()) {
      turn.reply(syncRequestId, answer);
      syncRequestId = NO_REQUEST;
    }
  }

  /** Who asked is gone. True if it was this member. */
  boolean forget(long requestId) {
    if (joinRequestId == requestId) {
      joinRequestId = NO_REQUEST;
      return true;
    }
    if (syncRequestId == requestId) {
      syncRequestId = NO_REQUEST;
      return true;
    }
    return false;
  }

  /** Whether it need not send heartbeats, because it waits for a reply. */
  boolean isExcused() {
    return !isNew && (awaitsJoinReply() || awaitsSyncReply());
  }

  Timers.Timer session() {
    return session;
  }

  void restartSession(Turn turn) {
    session.startAt(GroupContext.after(turn, sessionTimeoutMs));
  }

  /** The same where there is no turn. */
  void startSessionAt(long nowNanos) {
    session.startAt(nowNanos + TimeUnit.MILLISECONDS.toNanos(sessionTimeoutMs));
  }

  /** For people. */
  String shown() {
    return "member "
        + memberId
        + " (client "
        + origin.clientId()
        + " at "
        + origin.clientHost()
        + ")";
  }
}
