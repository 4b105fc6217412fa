package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Leaver;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupResponse.Joined;
import io.millrace.model.group.GroupResponse.JoinedMember;
import io.millrace.model.group.GroupResponse.Synced;
import io.millrace.model.group.OpaqueBytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A classic consumer as clients write it: joins, syncs, sends heartbeats, and does what errors tell
 * it. What it owns it stops reading only when it learns that it must.
 */
final class SimulatedMember {
  private static final int PARTITIONS = 4;
  private static final long HEARTBEAT_MS = 3_000;

  /** What a member is about. */
  enum Phase {
    OUT,
    JOINING,
    SYNCING,
    READING,
    /** Killed or fenced: sends nothing any more. */
    DEAD
  }

  private final CoordinatorDriver driver;
  private final ClassicHistory history;
  private final String clientId;
  private final Optional<String> instanceId;
  private String memberId = "";
  private int generation = -1;
  private Phase phase = Phase.OUT;
  private long pending = -1;
  private long heartbeatPending = -1;
  private long nextHeartbeatMs;
  private Joined joined = Joined.refused(GroupError.NONE, "");
  private TreeSet<Integer> owned = new TreeSet<>();

  SimulatedMember(
      CoordinatorDriver driver,
      ClassicHistory history,
      String clientId,
      Optional<String> instanceId) {
    this.driver = driver;
    this.history = history;
    this.clientId = clientId;
    this.instanceId = instanceId;
  }

  Phase phase() {
    return phase;
  }

  Optional<String> instanceId() {
    return instanceId;
  }

  boolean isCalled(String name) {
    return clientId.equals(name);
  }

  int generation() {
    return generation;
  }

  TreeSet<Integer> owned() {
    return owned;
  }

  private Member member() {
    return new Member(memberId, instanceId);
  }

  void kill() {
    phase = Phase.DEAD;
    owned = new TreeSet<>();
  }

  /** The socket of what it waits for breaks, and the server notices. */
  void disconnect() {
    if (pending >= 0) {
      driver.forget(pending);
      pending = -1;
      phase = Phase.OUT;
    }
  }

  /** The coordinator answered NOT_COORDINATOR to all that waited. */
  void onCoordinatorLost() {
    heartbeatPending = -1;
    if (pending >= 0) {
      pending = -1;
      phase = Phase.OUT;
    }
  }

  void leave() {
    driver.send(new GroupRequest.Leave("g", List.of(new Leaver(member(), "simulated"))));
    kill();
  }

  void commit() {
    if (phase == Phase.READING && !owned.isEmpty()) {
      history.commit(member(), generation, owned.first());
    }
  }

  /** Does the next thing, if there is one to do. */
  void step() {
    switch (phase) {
      case OUT -> sendJoin();
      case JOINING -> onAnswer();
      case SYNCING -> onAnswer();
      case READING -> keepAlive();
      case DEAD -> {
        // Nothing is heard of it any more.
      }
    }
  }

  private void sendJoin() {
    phase = Phase.JOINING;
    owned = new TreeSet<>();
    pending =
        driver.send(
            new GroupRequest.Join(
                "g",
                member(),
                new ClientOrigin(clientId, "/10.0.0.1"),
                10_000,
                30_000,
                "consumer",
                List.of(ClassicClient.protocol("range", "orders")),
                true,
                true,
                ""));
  }

  private void onAnswer() {
    if (!driver.isAnswered(pending)) {
      return;
    }
    GroupResponse answer = driver.replyTo(pending);
    pending = -1;
    if (answer.error().isError()) {
      onError(answer);
    } else if (answer instanceof Joined now) {
      onJoined(now);
    } else {
      onSynced((Synced) answer);
    }
  }

  private void onError(GroupResponse answer) {
    phase = Phase.OUT;
    switch (answer.error().code()) {
      case MEMBER_ID_REQUIRED -> memberId = ((Joined) answer).memberId();
      case UNKNOWN_MEMBER_ID -> memberId = "";
      case FENCED_INSTANCE_ID -> kill();
      case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> {
        // It joins again under its id.
      }
      default -> throw new AssertionError("a member is told " + answer.error());
    }
  }

  private void onJoined(Joined now) {
    joined = now;
    memberId = now.memberId();
    generation = now.generation();
    phase = Phase.SYNCING;
    Map<String, OpaqueBytes> assignments = new HashMap<>();
    if (now.leaderId().equals(memberId) && !now.skipAssignment()) {
      assignments.putAll(assign());
    }
    pending =
        driver.send(new GroupRequest.Sync("g", member(), generation, null, null, assignments));
  }

  private Map<String, OpaqueBytes> assign() {
    Map<String, TreeSet<Integer>> shares = new HashMap<>();
    List<JoinedMember> members = joined.members();
    members.forEach(member -> shares.put(member.memberId(), new TreeSet<>()));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      shares.get(members.get(partition % members.size()).memberId()).add(partition);
    }
    Map<String, OpaqueBytes> assignments = new HashMap<>();
    shares.forEach(
        (id, share) -> {
          StringBuilder text = new StringBuilder();
          share.forEach(text::append);
          assignments.put(id, TextSubscriptions.bytes(text.toString()));
        });
    return assignments;
  }

  private void onSynced(Synced synced) {
    phase = Phase.READING;
    nextHeartbeatMs = driver.nowMs() + HEARTBEAT_MS;
    TextSubscriptions.text(synced.assignment()).chars().forEach(one -> owned.add(one - '0'));
    owned.forEach(partition -> history.owns(generation, partition, instanceId.orElse(memberId)));
  }

  private void keepAlive() {
    if (heartbeatPending >= 0) {
      if (driver.isAnswered(heartbeatPending)) {
        GroupResponse answer = driver.replyTo(heartbeatPending);
        heartbeatPending = -1;
        if (answer.error().code() != ErrorCode.NONE) {
          onError(answer);
        }
      }
    } else if (driver.nowMs() >= nextHeartbeatMs) {
      nextHeartbeatMs = driver.nowMs() + HEARTBEAT_MS;
      heartbeatPending = driver.send(new GroupRequest.Heartbeat("g", member(), generation));
    }
  }
}
