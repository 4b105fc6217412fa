package io.millrace.endpoint.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * The fetch sessions (KIP-227) of one event loop's connections. A session belongs to the connection
 * that began it and ends with it; to another one it is unknown. When there are as many as there may
 * be, the one that was not used for longest makes room, if that is long enough, and otherwise the
 * client is served without a session.
 *
 * <p>Threading: its event loop.
 */
final class FetchSessions {
  private static final int NO_SESSION = 0;
  private static final int FIRST_EPOCH = 0;
  private static final int LAST_EPOCH = -1;
  private static final long UNUSED_NANOS = TimeUnit.SECONDS.toNanos(120);

  private final FetchSessionSlots slots;
  private final IntSupplier randomIds;
  private final LongSupplier nowNanos;
  private final Map<Integer, FetchSession> sessions = new HashMap<>();

  /**
   * Sessions of a loop.
   *
   * @param slots shared by all loops
   * @param randomIds any numbers; those that are no new id are passed over
   */
  FetchSessions(FetchSessionSlots slots, IntSupplier randomIds, LongSupplier nowNanos) {
    this.slots = slots;
    this.randomIds = randomIds;
    this.nowNanos = nowNanos;
  }

  /** What this request reads. */
  FetchScope scope(FetchRequestData request, boolean byId, Object connection) {
    if (request.sessionEpoch() == FIRST_EPOCH || request.sessionEpoch() == LAST_EPOCH) {
      // Either way the session that it names, if any, is over.
      find(request.sessionId(), connection).ifPresent(this::close);
      return request.sessionEpoch() == FIRST_EPOCH
          ? begin(request, byId, connection)
          : new FetchScope.Sessionless(named(request, byId));
    }
    Optional<FetchSession> session = find(request.sessionId(), connection);
    if (session.isEmpty()) {
      return new FetchScope.Refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    return goOn(request, byId, session.get());
  }

  private Optional<FetchSession> find(int id, Object connection) {
    return Optional.ofNullable(sessions.get(id)).filter(found -> found.owner() == connection);
  }

  private FetchScope begin(FetchRequestData request, boolean byId, Object connection) {
    FetchSession session = new FetchSession(newId(), connection, byId, nowNanos.getAsLong());
    session.update(request);
    if (session.size() == 0 || !makeRoom(session.size())) {
      return new FetchScope.Sessionless(named(request, byId));
    }
    sessions.put(session.id(), session);
    return new FetchScope.InSession(session, false, session.partitions());
  }

  private FetchScope goOn(FetchRequestData request, boolean byId, FetchSession session) {
    if (request.sessionEpoch() != session.nextEpoch()) {
      return new FetchScope.Refused(Errors.INVALID_FETCH_SESSION_EPOCH);
    }
    if (session.isById() != byId) {
      return new FetchScope.Refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }
    int before = session.size();
    session.update(request);
    session.advance(nowNanos.getAsLong());
    if (session.size() > 0 && slots.tryGrow(session.size() - before)) {
      return new FetchScope.InSession(session, true, session.partitions());
    }
    // Nothing is left to fetch, or too much to remember: the answer says that there is no session.
    sessions.remove(session.id());
    slots.close(before);
    return new FetchScope.Sessionless(session.partitions());
  }

  private boolean makeRoom(int partitionCount) {
    if (slots.tryOpen(partitionCount)) {
      return true;
    }
    Optional<FetchSession> oldest =
        sessions.values().stream().min(Comparator.comparingLong(FetchSession::usedNanos));
    if (oldest.isEmpty() || nowNanos.getAsLong() - oldest.get().usedNanos() < UNUSED_NANOS) {
      return false;
    }
    close(oldest.get());
    return slots.tryOpen(partitionCount);
  }

  private int newId() {
    int id = randomIds.getAsInt();
    while (id <= NO_SESSION || sessions.containsKey(id)) {
      id = randomIds.getAsInt();
    }
    return id;
  }

  private static List<FetchedPartition> named(FetchRequestData request, boolean byId) {
    List<FetchedPartition> named = new ArrayList<>();
    for (FetchTopic topic : request.topics()) {
      for (FetchPartition asked : topic.partitions()) {
        named.add(
            new FetchedPartition(
                FetchedPartition.Key.of(topic, asked.partition(), byId), byId, asked));
      }
    }
    return named;
  }

  /** The connection is closed, and with it end its sessions. */
  void closeOf(Object connection) {
    List.copyOf(sessions.values()).stream()
        .filter(session -> session.owner() == connection)
        .forEach(this::close);
  }

  private void close(FetchSession session) {
    sessions.remove(session.id());
    slots.close(session.size());
  }
}
