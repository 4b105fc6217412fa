package io.millrace.endpoint.session;

import io.millrace.bus.GroupClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.ConsumerHeartbeat;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupResponse.ConsumerHeartbeatDone;
import io.millrace.model.group.TopicPartitions;
import io.vertx.core.Future;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream's membership in its group: joins, heartbeats, and leaves (KIP-848).
 *
 * <pre>
 *   JOINING -- answered --> MEMBER
 *   JOINING -- this id is a member at another epoch --> leaves for it, then JOINING
 *   MEMBER -- the group went on without it --> JOINING
 *   any -- refused for good, or closed --> OVER
 * </pre>
 *
 * <p>A heartbeat that is not answered is sent again with everything in it, so that nothing of a
 * lost answer is missed.
 *
 * <p>Threading: its session's.
 */
final class GroupMembership {
  private static final int JOINING_EPOCH = 0;
  private static final int LEAVING_EPOCH = -1;
  private static final int LEFT_FOR_A_WHILE_EPOCH = -2;
  private static final int RETRY_MS = 100;
  private static final int MAX_RETRY_MS = 2_000;
  private static final int MAX_TAKEOVERS = 3;

  /** Whom it tells. */
  interface Listener {
    /** What the member has at this moment. */
    List<TopicPartitions> owned();

    /**
     * The coordinator answered.
     *
     * @param assignment what the member should have; null if that has not changed
     */
    void onAnswered(@Nullable List<TopicPartitions> assignment, boolean epochChanged);

    /** The group went on without the member; it joins again. */
    void onLost(StreamException why);

    /** The coordinator cannot be asked for a while, which is tried again. */
    void onTrouble(StreamException why);

    /** It cannot be a member. */
    void onRefused(StreamException why);
  }

  private final SessionLoop loop;
  private final GroupOptions options;
  private final ClientOrigin origin;
  private final List<String> names;
  private final String pattern;
  private final Listener listener;
  private MemberClaims.@Nullable Claim claim;
  private String memberId;
  private int epoch;
  private int intervalMs;
  private boolean isMember;
  private boolean tellsAll = true;
  private boolean needsCoordinator = true;
  private boolean asking;
  private boolean again;
  private boolean closed;
  private int failures;
  private int takeovers;
  private long failingSinceNanos;
  private boolean troubleTold;
  private LoopTimers.@Nullable Timer timer;

  /**
   * @param names of topics; empty if there is a pattern
   * @param pattern of topics; empty if there are names
   */
  GroupMembership(
      SessionLoop loop,
      GroupOptions options,
      ClientOrigin origin,
      List<String> names,
      String pattern,
      Listener listener) {
    this.loop = loop;
    this.options = options;
    this.origin = origin;
    this.names = names;
    this.pattern = pattern;
    this.listener = listener;
    this.memberId = options.memberId().orElseGet(GroupMembership::newId);
    this.epoch = options.memberEpoch();
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  String group() {
    return options.group();
  }

  Member member() {
    return new Member(memberId, options.instanceId());
  }

  int epoch() {
    return epoch;
  }

  int heartbeatIntervalMs() {
    return intervalMs;
  }

  /** Whether another connection of this node goes on as this member. */
  boolean isSuperseded() {
    return claim != null && claim.isLost();
  }

  /** Begins; a client's own id is this stream's from now on. */
  void join() {
    if (options.memberId().isPresent()) {
      claim = loop.services().claims().claim(group(), memberId);
    }
    beat();
  }

  /** Tells the coordinator at once how things are. */
  void beat() {
    if (closed) {
      return;
    }
    if (isSuperseded()) {
      listener.onLost(superseded());
      refuse(superseded());
      return;
    }
    if (asking) {
      again = true;
      return;
    }
    cancelTimer();
    asking = true;
    again = false;
    boolean joining = epoch == JOINING_EPOCH;
    boolean all = tellsAll || joining;
    send(new ConsumerHeartbeat(
            group(),
            member(),
            origin,
            epoch,
            null,
            all ? options.rebalanceTimeoutMs() : -1,
            all ? names : null,
            all ? pattern : null,
            all ? options.assignor() : null,
            joining ? List.of() : listener.owned()))
        .onComplete(
            answer -> {
              asking = false;
              if (answer.failed()) {
                onFailure(known(answer.cause()));
              } else if (answer.result().error().isError()) {
                onRefusal(answer.result());
              } else {
                onDone(answer.result());
              }
            });
  }

  private Future<ConsumerHeartbeatDone> send(ConsumerHeartbeat request) {
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    GroupClient groups = loop.groups();
    return needsCoordinator
        ? groups.findCoordinator(group()).compose(found -> groups.ask(request, deadline).answer())
        : groups.ask(request, deadline).answer();
  }

  private void onDone(ConsumerHeartbeatDone done) {
    needsCoordinator = false;
    tellsAll = false;
    failures = 0;
    troubleTold = false;
    boolean joined = !isMember;
    isMember = true;
    boolean epochChanged = epoch != done.memberEpoch();
    memberId = done.memberId();
    epoch = done.memberEpoch();
    intervalMs = done.heartbeatIntervalMs();
    if (closed) {
      if (joined) {
        // It was given up before it was known to be one.
        sayGoodbye(LEAVING_EPOCH);
      }
      return;
    }
    listener.onAnswered(done.assignment(), epochChanged);
    if (again) {
      beat();
    } else {
      beatIn(intervalMs);
    }
  }

  private void onRefusal(ConsumerHeartbeatDone done) {
    ErrorCode code = done.error().code();
    StreamException why = new StreamException(code, done.error().reason());
    boolean unknown = code == ErrorCode.UNKNOWN_MEMBER_ID || code == ErrorCode.GROUP_ID_NOT_FOUND;
    if (closed) {
      return;
    }
    if (!unknown && code != ErrorCode.FENCED_MEMBER_EPOCH) {
      onFailure(why);
    } else if (isMember) {
      onFenced(why, unknown);
    } else if (++takeovers > MAX_TAKEOVERS) {
      refuse(why);
    } else if (unknown) {
      epoch = JOINING_EPOCH;
      beatIn(0);
    } else {
      // The id is the client's secret: who has it may end what it was before.
      sayGoodbye(LEAVING_EPOCH)
          .onComplete(
              left -> {
                epoch = JOINING_EPOCH;
                beat();
              });
    }
  }

  private void onFenced(StreamException why, boolean unknown) {
    isMember = false;
    epoch = JOINING_EPOCH;
    tellsAll = true;
    if (!unknown && options.memberId().isPresent()) {
      listener.onLost(why);
      refuse(superseded());
      return;
    }
    if (!unknown) {
      memberId = newId();
    }
    listener.onLost(why);
    beatIn(RETRY_MS);
  }

  StreamException superseded() {
    return new StreamException(
        ErrorCode.FENCED_MEMBER_EPOCH,
        "another connection goes on as member '" + memberId + "' of the group");
  }

  private void onFailure(StreamException why) {
    if (closed) {
      return;
    }
    if (!why.code().retriable()) {
      refuse(why);
      return;
    }
    tellsAll = true;
    needsCoordinator |= why.code() == ErrorCode.COORDINATOR_NOT_AVAILABLE;
    if (failures++ == 0) {
      failingSinceNanos = loop.nowNanos();
    }
    long failingMs = TimeUnit.NANOSECONDS.toMillis(loop.nowNanos() - failingSinceNanos);
    if (!troubleTold && failingMs >= loop.limits().requestTimeoutMs()) {
      troubleTold = true;
      listener.onTrouble(why);
    }
    beatIn(Math.min(MAX_RETRY_MS, RETRY_MS << Math.min(failures - 1, 5)));
  }

  private void refuse(StreamException why) {
    closed = true;
    listener.onRefused(why);
  }

  private void beatIn(int delayMs) {
    cancelTimer();
    timer =
        loop.timers()
            .at(
                loop.inMs(delayMs),
                () -> {
                  timer = null;
                  beat();
                });
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /**
   * Sends no more heartbeats.
   *
   * @param forGood whether the member leaves; else it is kept for its session timeout
   */
  Future<Void> stop(boolean forGood) {
    boolean silent = closed || !isMember || isSuperseded();
    closed = true;
    cancelTimer();
    if (claim != null) {
      claim.release();
    }
    if (silent) {
      return Future.succeededFuture();
    }
    if (forGood) {
      return sayGoodbye(LEAVING_EPOCH);
    }
    return options.instanceId().isPresent()
        ? sayGoodbye(LEFT_FOR_A_WHILE_EPOCH)
        : Future.succeededFuture();
  }

  /** A goodbye that is not heard is made up for by the session timeout. */
  private Future<Void> sayGoodbye(int leavingEpoch) {
    ConsumerHeartbeat request =
        new ConsumerHeartbeat(
            group(), member(), origin, leavingEpoch, null, -1, null, null, null, null);
    return loop.groups()
        .ask(request, loop.inMs(loop.limits().requestTimeoutMs()))
        .answer()
        .transform(answer -> Future.succeededFuture());
  }

  /** The failure as one that has a code. */
  static StreamException known(Throwable cause) {
    return cause instanceof StreamException known
        ? known
        : new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR, String.valueOf(cause.getMessage()));
  }
}
