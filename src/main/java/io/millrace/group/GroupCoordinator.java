package io.millrace.group;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ImageChanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The coordinator of the groups of one partition of {@code __consumer_offsets}.
 *
 * <p>Its driver replays the log, says {@link #loaded}, and from then on hands over requests, images
 * and the time. Each call returns an {@link Outcome}; the driver {@link #replay replays} its
 * records before the next call and appends them under the condition that nobody else has appended.
 * If that fails, this coordinator's state is ahead of the log: it is thrown away and another one is
 * loaded.
 *
 * <p>Durable state changes in {@link #replay} alone. Who waits for a reply and when somebody times
 * out is transient and lost with the coordinator; clients then ask again.
 *
 * <p>Threading: one thread at a time. No call blocks.
 */
public final class GroupCoordinator {
  private final GroupContext context;
  private final Groups groups = new Groups();
  private final Offsets offsets = new Offsets();
  private final ClassicRequests classicRequests;
  private final ConsumerRequests consumerRequests;
  private final OffsetRequests offsetRequests;
  private final OffsetExpiry expiry;
  private final GroupReports reports;
  private final CommitClock clock = new CommitClock();
  private final Map<Long, String> waiting = new HashMap<>();
  private ClusterImage image = ClusterImage.empty();
  private boolean isLoaded;
  private long lastNanos;

  /** An empty coordinator, which knows neither a group nor a topic yet. */
  public GroupCoordinator(GroupParts parts) {
    this.context = new GroupContext(parts);
    this.classicRequests = new ClassicRequests(groups, context);
    this.consumerRequests = new ConsumerRequests(groups, context);
    this.offsetRequests = new OffsetRequests(groups, offsets, context.config());
    this.expiry = new OffsetExpiry(groups, offsets, context);
    this.reports = new GroupReports(groups, offsets);
  }

  /**
   * Handles a request. Its reply may be in this outcome or, if it waits for others, in a later one.
   *
   * @param requestId the driver's own, not in use by a request that still waits
   * @param nowNanos monotonic time
   * @param nowMs wall-clock time, for commit timestamps and expiry only
   */
  public Outcome handle(long requestId, GroupRequest<?> request, long nowNanos, long nowMs) {
    Turn turn = begin(nowNanos, nowMs);
    waiting.put(requestId, request.groupId());
    if (request instanceof GroupRequest.CommitOffsets commit) {
      offsetRequests.commit(turn, requestId, commit);
    } else if (request instanceof GroupRequest.FetchOffsets fetch) {
      offsetRequests.fetch(turn, requestId, fetch);
    } else if (request instanceof GroupRequest.DeleteOffsets delete) {
      offsetRequests.delete(turn, requestId, delete);
    } else if (request instanceof GroupRequest.DeleteGroup delete) {
      deleteGroup(turn, requestId, delete);
    } else if (request instanceof GroupRequest.Describe describe) {
      turn.reply(requestId, reports.describe(describe.groupId()));
    } else {
      membership(turn, requestId, request);
    }
    return end(turn);
  }

  private void membership(Turn turn, long requestId, GroupRequest<?> request) {
    if (request instanceof GroupRequest.Join join) {
      consumerRequests.makeRoomForClassic(turn, join.groupId());
      classicRequests.join(turn, requestId, join);
    } else if (request instanceof GroupRequest.Sync sync) {
      classicRequests.sync(turn, requestId, sync);
    } else if (request instanceof GroupRequest.Heartbeat heartbeat) {
      classicRequests.heartbeat(turn, requestId, heartbeat);
    } else if (request instanceof GroupRequest.Leave leave) {
      classicRequests.leave(turn, requestId, leave);
    } else if (request instanceof GroupRequest.ConsumerHeartbeat heartbeat) {
      consumerRequests.heartbeat(turn, requestId, heartbeat);
    } else {
      throw new IllegalArgumentException("no request of members: " + request);
    }
  }

  private void deleteGroup(Turn turn, long requestId, GroupRequest.DeleteGroup request) {
    String groupId = request.groupId();
    Group group = groups.find(groupId);
    GroupError error = GroupError.NONE;
    if (group == null && !offsets.hasAny(groupId)) {
      error = GroupError.of(ErrorCode.GROUP_ID_NOT_FOUND);
    } else if (group != null && group.hasMembers()) {
      error = GroupError.of(ErrorCode.NON_EMPTY_GROUP);
    } else {
      offsets.deleteAll(turn, groupId);
      if (group != null) {
        group.delete(turn);
      }
    }
    turn.reply(requestId, new GroupResponse.Done(error));
  }

  /** Fires what is due: sessions, rebalances, expired positions. Harmless at any time. */
  public Outcome tick(long nowNanos, long nowMs) {
    Turn turn = begin(nowNanos, nowMs);
    context.timers().fire(turn);
    return end(turn);
  }

  /** When {@link #tick} is due at the latest, monotonic; {@link Long#MAX_VALUE} for never. */
  public long nextDeadlineNanos() {
    return context.isTurnDue() ? lastNanos : context.timers().nextDeadlineNanos();
  }

  /**
   * The cluster changed. To be called with the current image before {@link #loaded}, and with each
   * later one.
   */
  public Outcome onImage(ClusterImage newImage, long nowNanos, long nowMs) {
    ClusterImage older = image;
    image = newImage;
    if (!isLoaded) {
      return Outcome.NOTHING;
    }
    Turn turn = begin(nowNanos, nowMs);
    ImageChanges changes = newImage.changesSince(older);
    if (!changes.isEmpty()) {
      expiry.onImage(turn, changes);
      groups.all().forEach(group -> group.onImage(turn, changes));
    }
    return end(turn);
  }

  /** Takes a fact in: one from the log while loading, or one of the last outcome. */
  public void replay(GroupRecord record) {
    if (record instanceof GroupRecord.OffsetCommitted committed) {
      offsets.replay(committed);
    } else if (record instanceof GroupRecord.ClassicGroupStored stored) {
      replayClassic(stored);
    } else {
      consumerRequests.replay(record);
    }
  }

  /** A classic group that lives here is already what its record says: it wrote that in its turn. */
  private void replayClassic(GroupRecord.ClassicGroupStored record) {
    String groupId = record.groupId();
    GroupRecord.ClassicGroupValue value = record.value();
    boolean isClassic = groups.find(groupId) instanceof ClassicGroup;
    if (value == null) {
      if (isClassic) {
        groups.remove(groupId);
      }
    } else if (!isLoaded || !isClassic) {
      ClassicGroup group = ClassicGroup.of(groupId, value, context);
      groups.put(group);
      if (isLoaded) {
        context.atNextTurn(turn -> group.start(turn.nowNanos()));
      }
    }
  }

  /** The whole log was replayed: the sessions of the members found in it begin. */
  public void loaded(long nowNanos) {
    isLoaded = true;
    lastNanos = nowNanos;
    groups.all().forEach(group -> group.start(nowNanos));
    context.atNextTurn(expiry::start);
  }

  /** The client that sent this request is gone, so that nobody waits for its reply any more. */
  public void forget(long requestId) {
    String groupId = waiting.remove(requestId);
    Group group = groupId == null ? null : groups.find(groupId);
    if (group != null) {
      group.forget(requestId);
    }
  }

  /**
   * The groups in one of these states and of one of these types; an empty set means any.
   *
   * @return in no particular order
   */
  public List<GroupResponse.Listed> list(Set<GroupState> states, Set<GroupType> types) {
    List<GroupResponse.Listed> listed = new ArrayList<>(reports.list());
    listed.removeIf(
        group ->
            (!states.isEmpty() && !states.contains(group.state()))
                || (!types.isEmpty() && !types.contains(group.type())));
    return listed;
  }

  private Turn begin(long nowNanos, long nowMs) {
    lastNanos = nowNanos;
    Turn turn =
        new Turn(nowNanos, clock.stampMs(nowNanos, nowMs), clock.judgeMs(nowNanos, nowMs), image);
    context.beginTurn(turn);
    return turn;
  }

  private Outcome end(Turn turn) {
    Outcome outcome = turn.outcome();
    outcome.replies().forEach(reply -> waiting.remove(reply.requestId()));
    return outcome;
  }
}
