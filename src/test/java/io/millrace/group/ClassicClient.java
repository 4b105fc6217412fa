package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Join;
import io.millrace.model.group.GroupRequest.Leaver;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.GroupResponse.Done;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.JoinedMember;
import io.millrace.model.group.GroupResponse.Left;
import io.millrace.model.group.GroupResponse.Synced;
import io.millrace.model.group.OpaqueBytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A classic client as far as its group sees it, one step at a time. */
final class ClassicClient {
  static final int SESSION_MS = 10_000;
  static final int REBALANCE_MS = 60_000;

  private final CoordinatorDriver driver;
  private final String groupId;
  private final String clientId;
  private final Optional<String> instanceId;
  String protocolType = "consumer";
  List<Protocol> protocols = List.of(protocol("range", "orders"));
  boolean skipsAssignment = true;
  String reason = "";
  String memberId = "";
  int generation = -1;
  long joinRequest;
  long syncRequest;

  ClassicClient(CoordinatorDriver driver, String groupId, String clientId) {
    this(driver, groupId, clientId, Optional.empty());
  }

  ClassicClient(
      CoordinatorDriver driver, String groupId, String clientId, Optional<String> instanceId) {
    this.driver = driver;
    this.groupId = groupId;
    this.clientId = clientId;
    this.instanceId = instanceId;
  }

  static Protocol protocol(String name, String metadata) {
    return new Protocol(name, TextSubscriptions.bytes(metadata));
  }

  Member member() {
    return new Member(memberId, instanceId);
  }

  Join joining() {
    return new Join(
        groupId,
        member(),
        new ClientOrigin(clientId, "/10.0.0.1"),
        SESSION_MS,
        REBALANCE_MS,
        protocolType,
        protocols,
        true,
        skipsAssignment,
        reason);
  }

  /** Asks to be let in; comes again at once if it is given an id first. */
  ClassicClient join() {
    joinRequest = driver.send(joining());
    if (driver.isAnswered(joinRequest) && joined().error().code() == ErrorCode.MEMBER_ID_REQUIRED) {
      memberId = joined().memberId();
      joinRequest = driver.send(joining());
    }
    return this;
  }

  /** The answer to the last join; takes over what it says. */
  Joined joined() {
    Joined joined = driver.replyTo(joinRequest);
    if (!joined.error().isError()) {
      memberId = joined.memberId();
      generation = joined.generation();
    }
    return joined;
  }

  boolean isLeader() {
    return joined().leaderId().equals(memberId);
  }

  /** Asks for its assignment; a leader gives each member "member's client id @ generation". */
  ClassicClient sync() {
    Map<String, OpaqueBytes> assignments = new HashMap<>();
    for (JoinedMember other : joined().members()) {
      assignments.put(
          other.memberId(), TextSubscriptions.bytes(other.memberId() + "@" + generation));
    }
    return sync(assignments);
  }

  ClassicClient sync(Map<String, OpaqueBytes> assignments) {
    syncRequest =
        driver.send(new GroupRequest.Sync(groupId, member(), generation, null, null, assignments));
    return this;
  }

  Synced synced() {
    return driver.replyTo(syncRequest);
  }

  String assignment() {
    return TextSubscriptions.text(synced().assignment());
  }

  ErrorCode heartbeat() {
    Done done = driver.ask(new GroupRequest.Heartbeat(groupId, member(), generation));
    return done.error().code();
  }

  Left leave(String why) {
    return driver.ask(new GroupRequest.Leave(groupId, List.of(new Leaver(member(), why))));
  }

  ErrorCode commit(int partition, long offset) {
    return driver
        .commit(groupId, member(), generation, partition, offset)
        .partitions()
        .get(0)
        .error()
        .code();
  }
}
