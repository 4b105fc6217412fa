package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.Subscribe;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's part as a member of its group: takes partitions and lets go of them as the broker
 * says, and commits. A connection that follows another one goes on as the same member, whose
 * partitions are assigned anew, from the committed positions.
 *
 * <p>At least once: nothing is committed that was not delivered, or, with {@link #processed},
 * processed.
 *
 * <p>Threading: the loop.
 */
final class GroupMembership {
  private static final Logger LOG = LoggerFactory.getLogger(GroupMembership.class);

  /** A sign of life is sent so many times in the time after which the member would be let go. */
  private static final int SIGNS_PER_INTERVAL = 3;

  private static final RebalanceListener NOBODY = new RebalanceListener() {};

  private final GroupSettings settings;
  private final Loop loop;
  private final RandomGenerator random;
  private final Connection connection;
  private final ConsumerStream stream;
  private final ConsumerSink sink;
  private final int requestTimeoutMs;
  private final Set<TopicPartition> assigned = new LinkedHashSet<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  private RebalanceListener listener = NOBODY;
  private Processed processed = Processed.WHAT_IS_DELIVERED;
  private String memberId = "";
  private int memberEpoch;
  private int life; // What was begun in an earlier one is over.
  private Loop.@Nullable Timer commitTimer;
  private Loop.@Nullable Timer signTimer;

  /** What the application has done with what was delivered to it. */
  interface Processed {
    Processed WHAT_IS_DELIVERED = new Processed() {};

    /**
     * The position up to which a partition is processed, given that up to which it is delivered.
     */
    default long position(TopicPartition partition, long delivered) {
      return delivered;
    }

    /** Whether the application was seen at work since this was asked the last time. */
    default boolean isAlive() {
      return true;
    }
  }

  private GroupMembership(
      GroupSettings settings,
      Loop loop,
      RandomGenerator random,
      Connection connection,
      ConsumerStream stream,
      ConsumerSink sink,
      int requestTimeoutMs) {
    this.settings = settings;
    this.loop = loop;
    this.random = random;
    this.connection = connection;
    this.stream = stream;
    this.sink = sink;
    this.requestTimeoutMs = requestTimeoutMs;
  }

  /** Null if the settings have no group. */
  static @Nullable GroupMembership of(
      SettingValues settings,
      Loop loop,
      RandomGenerator random,
      Connection connection,
      ConsumerStream stream,
      ConsumerSink sink) {
    GroupSettings group = GroupSettings.of(settings);
    int requestTimeoutMs = settings.get(ClientSettings.REQUEST_TIMEOUT_MS);
    return group == null
        ? null
        : new GroupMembership(group, loop, random, connection, stream, sink, requestTimeoutMs);
  }

  void listener(@Nullable RebalanceListener told) {
    listener = told == null ? NOBODY : told;
  }

  void processed(Processed what) {
    processed = what;
  }

  /** Begins a new membership. */
  void begin() {
    life++;
    memberId = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    memberEpoch = 0;
    scheduleCommit();
    scheduleSign();
  }

  /** Joins, or goes on as the member that it was. */
  Subscribe join(Subscribe message) {
    settings.join(message, memberId, memberEpoch);
    return message;
  }

  /** A message that may be for the member. */
  void onMessage(SpecificRecord message) {
    if (message instanceof Assigned told && told.getStreamId() == stream.streamId()) {
      onAssigned(told);
    } else if (message instanceof Revoked told && told.getStreamId() == stream.streamId()) {
      onRevoked(told);
    }
  }

  private void onAssigned(Assigned message) {
    memberId = message.getMemberId();
    memberEpoch = message.getMemberEpoch();
    Map<TopicPartition, Long> positions = new LinkedHashMap<>();
    for (Position position : message.getPositions()) {
      TopicPartition partition =
          ConsumerPositions.keyOf(position.getTopic(), position.getPartition());
      assigned.add(partition);
      positions.put(partition, position.getNextOffset());
      stream.begin(position);
    }
    if (!positions.isEmpty()) {
      tell(() -> listener.onAssigned(positions));
    }
  }

  private void onRevoked(Revoked message) {
    Set<TopicPartition> gone =
        new LinkedHashSet<>(GroupQuestions.partitions(message.getPartitions()));
    gone.retainAll(assigned);
    stream.stop(gone);
    if (message.getLost()) {
      lose(gone);
      return;
    }
    int mine = life;
    settled(gone)
        .onComplete(
            done ->
                loop.execute(
                    () -> {
                      if (mine == life) {
                        letGo(gone);
                      }
                    }));
  }

  /** Completes when the application works on these no more; one that fails does not either. */
  private Future<Void> settled(Set<TopicPartition> gone) {
    try {
      return listener.onRevoked(Set.copyOf(gone));
    } catch (RuntimeException e) {
      loop.report(e);
      return Future.succeededFuture();
    }
  }

  private void letGo(Set<TopicPartition> gone) {
    int mine = life;
    commitChanges(gone)
        .onComplete(
            done -> {
              if (mine == life && stream.isOpen()) {
                connection.send(
                    new Released(
                        stream.streamId(),
                        gone.stream()
                            .map(
                                each -> new StreamPartition(each.topic().value(), each.partition()))
                            .toList()));
                drop(gone);
              }
            });
  }

  /**
   * A member loses all that it has, so that nothing is to be released of what was revoked before.
   */
  private void lose(Set<TopicPartition> gone) {
    life++;
    drop(gone);
    if (!gone.isEmpty()) {
      tell(() -> listener.onLost(Set.copyOf(gone)));
    }
  }

  private void drop(Set<TopicPartition> gone) {
    assigned.removeAll(gone);
    committed.keySet().removeAll(gone);
    sink.delivered().removeAll(gone);
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      loop.report(e);
    }
  }

  /** The connection, or the stream, is lost, and with it what was assigned. */
  void onStreamLost() {
    Set<TopicPartition> gone = new LinkedHashSet<>(assigned);
    stream.stop(gone);
    lose(gone);
  }

  /** Commits what it may by itself; the membership ends next. */
  Future<Void> leave() {
    return commitChanges(assigned);
  }

  /** The application ended it. */
  void end() {
    life++;
    drop(new LinkedHashSet<>(assigned));
    cancel(commitTimer);
    cancel(signTimer);
  }

  private static void cancel(Loop.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  private void scheduleSign() {
    signTimer =
        loop.schedule(
            Math.max(1, settings.maxPollIntervalMs() / SIGNS_PER_INTERVAL),
            () -> {
              scheduleSign();
              if (processed.isAlive() && stream.isOpen()) {
                connection.send(new Credit(stream.streamId(), 0L, 0L));
              }
            });
  }

  private void scheduleCommit() {
    if (settings.autoCommitIntervalMs() > 0) {
      commitTimer =
          loop.schedule(
              settings.autoCommitIntervalMs(),
              () -> {
                scheduleCommit();
                commitChanges(assigned);
              });
    }
  }

  /** Commits by itself what is new, if it is to; a failure leaves it to the next time. */
  private Future<Void> commitChanges(Set<TopicPartition> of) {
    if (settings.autoCommitIntervalMs() == 0 || !stream.isOpen()) {
      return Future.succeededFuture();
    }
    Map<TopicPartition, CommittedOffset> changes = positions(of);
    changes.entrySet().removeIf(each -> isUnderWay(each.getKey(), each.getValue()));
    changes.forEach((partition, position) -> committed.put(partition, position.offset()));
    return commit(changes)
        .onFailure(
            cause -> {
              committed.keySet().removeAll(changes.keySet());
              LOG.info("Positions were not committed: {}", Failures.reason(cause));
            })
        .mapEmpty();
  }

  private boolean isUnderWay(TopicPartition partition, CommittedOffset position) {
    Long known = committed.get(partition);
    return known != null && known == position.offset();
  }

  private Map<TopicPartition, CommittedOffset> positions(Set<TopicPartition> of) {
    Map<TopicPartition, CommittedOffset> positions = new LinkedHashMap<>();
    for (TopicPartition partition : of) {
      ConsumerPositions.Place place = sink.delivered().place(partition);
      if (place != null) {
        long offset = processed.position(partition, place.nextOffset());
        int leaderEpoch = offset == place.nextOffset() ? place.leaderEpoch() : -1;
        if (offset >= 0) {
          positions.put(partition, new CommittedOffset(offset, leaderEpoch, ""));
        }
      }
    }
    return positions;
  }

  /** Commits everything that is delivered and processed. */
  Future<Map<TopicPartition, CommittedOffset>> commit() {
    return commit(positions(assigned));
  }

  /** Commits these positions, behind those that were to be committed before. */
  Future<Map<TopicPartition, CommittedOffset>> commit(
      Map<TopicPartition, CommittedOffset> positions) {
    if (!stream.isOpen()) {
      return Future.failedFuture(
          new StreamException(
              ErrorCode.CONNECTION_LOST,
              "the consumer is no member of its group at the moment, so nothing is committed; its"
                  + " partitions are delivered again from the positions before"));
    }
    if (positions.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<CommitPosition> offsets = new ArrayList<>();
    positions.forEach(
        (partition, position) ->
            offsets.add(
                new CommitPosition(
                    partition.topic().value(),
                    partition.partition(),
                    position.offset(),
                    position.leaderEpoch(),
                    position.metadata())));
    int ofStream = stream.streamId();
    Promise<Map<TopicPartition, CommittedOffset>> done = Promise.promise();
    connection.request(
        id -> new Commit(id, ofStream, offsets), requestTimeoutMs, new CommitReply(done));
    return done.future();
  }

  /** The answer to one commit. */
  private static final class CommitReply implements PendingRequests.Reply {
    private final Promise<Map<TopicPartition, CommittedOffset>> done;

    private CommitReply(Promise<Map<TopicPartition, CommittedOffset>> done) {
      this.done = done;
    }

    @Override
    public void onAnswer(SpecificRecord answer) {
      if (answer instanceof Committed kept) {
        try {
          done.complete(GroupQuestions.taken(kept.getOffsets()));
        } catch (StreamException refused) {
          done.fail(refused);
        }
      } else {
        done.fail(Failures.unexpected(answer));
      }
    }

    @Override
    public void onFailure(StreamException failure) {
      done.fail(failure);
    }
  }
}
