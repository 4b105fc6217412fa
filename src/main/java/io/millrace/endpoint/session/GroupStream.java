package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse.PartitionResult;
import io.millrace.model.group.TopicPartitions;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.StreamPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream's part as a member of a consumer group: told by the coordinator what to read, it tells
 * the client, commits what the client has acknowledged or asks for, and gives partitions up once
 * the client has let go of them and everything is committed.
 *
 * <p>At least once: no position is committed by itself that the client has not acknowledged, and no
 * partition is given up before the commits of it are done.
 *
 * <p>Threading: its session's.
 */
final class GroupStream implements GroupMembership.Listener, GroupAssignment.Reader {
  private static final Logger LOG = LoggerFactory.getLogger(GroupStream.class);

  private final RecordStream stream;
  private final StreamSession session;
  private final SessionLoop loop;
  private final GroupOptions options;
  private final GroupMembership membership;
  private final GroupCommits commits;
  private final GroupAssignment assignment;
  private final Acknowledgements acknowledgements;
  private final MemberPatience patience;
  private final Promise<Void> joined = Promise.promise();
  private final Map<PartitionId, LoopTimers.Timer> deadlines = new HashMap<>();
  private final Map<PartitionId, TopicPartition> names = new HashMap<>();
  private LoopTimers.@Nullable Timer autoCommit;
  private boolean committing;
  private boolean closed;
  private Future<Void> finished = Future.succeededFuture();

  GroupStream(RecordStream stream, GroupOptions options, SubscribedTopics topics, StartSpec start) {
    this.stream = stream;
    this.session = stream.session();
    this.loop = session.loop();
    this.options = options;
    this.membership =
        new GroupMembership(
            loop, options, session.origin(), topics.names(), topics.patternText(), this);
    this.commits = new GroupCommits(loop, membership);
    this.assignment =
        new GroupAssignment(
            loop, new GroupStarts(loop, options.group(), start, topics.topics(loop.image())), this);
    this.acknowledgements = new Acknowledgements(options.commitsByItself());
    this.patience = new MemberPatience(loop, options.maxPollIntervalMs(), this::onSilence);
  }

  /** Completes when the stream is a member; fails if it cannot be. */
  Future<Void> join() {
    membership.join();
    return joined.future();
  }

  @Override
  public List<TopicPartitions> owned() {
    return assignment.owned();
  }

  @Override
  public void onAnswered(@Nullable List<TopicPartitions> wanted, boolean epochChanged) {
    if (closed) {
      return;
    }
    if (!joined.future().isComplete()) {
      stream.openAsMember();
      scheduleAutoCommit();
      joined.complete();
    }
    if (epochChanged) {
      tellAssigned(List.of());
    }
    if (wanted != null) {
      assignment.want(wanted);
    }
  }

  @Override
  public void begin(List<StreamCursor> cursors, GroupStarts.Found found) {
    for (StreamCursor cursor : cursors) {
      StartResolver.Place place = found.place(cursor.partition);
      names.put(cursor.partition, cursor.name());
      acknowledgements.begin(
          cursor.partition,
          cursor.name(),
          place.offset(),
          found.committed().getOrDefault(cursor.partition, -1L),
          place.leaderEpoch());
    }
    try {
      stream.assign(cursors, found.places());
    } catch (StreamException e) {
      onRefused(e);
      return;
    }
    tellAssigned(cursors);
    patience.owes(owes());
    stream.beginReading(cursors);
  }

  private void tellAssigned(List<StreamCursor> cursors) {
    session.send(
        new Assigned(
            stream.id(),
            membership.member().memberId(),
            membership.epoch(),
            cursors.stream().map(StreamCursor::toMessage).toList()));
  }

  @Override
  public void stop(Set<PartitionId> partitions) {
    partitions.forEach(stream::revoke);
    session.send(new Revoked(stream.id(), named(partitions), options.rebalanceTimeoutMs(), false));
    for (PartitionId partition : partitions) {
      deadlines.put(
          partition,
          loop.timers().at(loop.inMs(options.rebalanceTimeoutMs()), this::onNotReleased));
    }
  }

  @Override
  public void onFreed() {
    membership.beat();
  }

  private List<StreamPartition> named(Set<PartitionId> partitions) {
    List<StreamPartition> named = new ArrayList<>();
    for (PartitionId partition : partitions) {
      TopicPartition name = names.get(partition);
      if (name != null) {
        named.add(new StreamPartition(name.topic().value(), name.partition()));
      }
    }
    return named;
  }

  /** The client has let go of these, or of all that were revoked. */
  void released(List<StreamPartition> released) {
    onSign();
    Set<PartitionId> partitions = new LinkedHashSet<>();
    for (PartitionId partition : assignment.revoked()) {
      TopicPartition name = names.get(partition);
      boolean meant =
          released.isEmpty()
              || released.stream()
                  .anyMatch(
                      one ->
                          name != null
                              && one.getPartition() == name.partition()
                              && one.getTopic().equals(name.topic().value()));
      if (meant && cancelDeadline(partition)) {
        partitions.add(partition);
      }
    }
    Future<Void> committed = commitAcknowledged(partitions);
    // What the client says from here on is not about them: it may have dropped what it had.
    partitions.forEach(acknowledgements::end);
    committed.onComplete(
        done -> {
          partitions.forEach(this::forget);
          assignment.released(partitions);
          membership.beat();
        });
  }

  private void forget(PartitionId partition) {
    acknowledgements.end(partition);
    names.remove(partition);
    cancelDeadline(partition);
  }

  private boolean cancelDeadline(PartitionId partition) {
    LoopTimers.Timer timer = deadlines.remove(partition);
    if (timer != null) {
      timer.cancel();
    }
    return timer != null;
  }

  /** The topic of this partition is deleted. */
  void onGone(PartitionId partition) {
    assignment.gone(partition);
    forget(partition);
  }

  void onImage() {
    assignment.reconcile();
  }

  @Override
  public void onLost(StreamException why) {
    commits.fail(why);
    Set<PartitionId> lost = assignment.lose();
    boolean slow = !deadlines.isEmpty();
    if (!lost.isEmpty() && !closed) {
      lost.forEach(stream::revoke);
      session.send(new Revoked(stream.id(), named(lost), 0, true));
    }
    lost.forEach(this::forget);
    if (slow && !closed) {
      onNotReleased();
    }
  }

  @Override
  public void onTrouble(StreamException why) {
    if (!closed) {
      session.sendError(null, stream.id(), why.code(), String.valueOf(why.getMessage()));
    }
  }

  @Override
  public void onRefused(StreamException why) {
    if (!joined.tryFail(why)) {
      endWith(why.code(), String.valueOf(why.getMessage()));
    }
  }

  private void onNotReleased() {
    endWith(
        ErrorCode.MEMBER_TOO_SLOW,
        "revoked was not answered by released within "
            + options.rebalanceTimeoutMs()
            + " ms; subscribe again, or with a larger rebalanceTimeoutMs");
  }

  private void onSilence() {
    endWith(
        ErrorCode.MEMBER_TOO_SLOW,
        "neither credit nor a commit came within "
            + options.maxPollIntervalMs()
            + " ms; subscribe again, or with a larger maxPollIntervalMs");
  }

  private void endWith(ErrorCode code, String text) {
    if (!closed) {
      session.sendError(null, stream.id(), code, text);
      stream.end(text);
    }
  }

  /** The client did something with the stream. */
  void onSign() {
    patience.onSign(owes());
  }

  void onCredit(long records) {
    acknowledgements.credited(records);
    onSign();
  }

  void onDelivered(StreamCursor cursor, long records) {
    acknowledgements.delivered(cursor.partition, cursor.position, cursor.leaderEpoch, records);
    patience.owes(owes());
  }

  /** The client goes on elsewhere in this partition. */
  void onMoved(StreamCursor cursor) {
    acknowledgements.moved(cursor.partition, cursor.position);
  }

  private boolean owes() {
    return acknowledgements.owes() || (assignment.isReading() && !stream.credit().isOpen());
  }

  /**
   * What a commit message names; everything delivered if it names nothing.
   *
   * @throws StreamException if it names what the stream does not have
   */
  List<OffsetCommit> toCommit(List<CommitPosition> positions) {
    if (positions.isEmpty()) {
      return acknowledgements.delivered();
    }
    List<OffsetCommit> offsets = new ArrayList<>();
    for (CommitPosition position : positions) {
      TopicPartition name =
          new TopicPartition(new TopicName(position.getTopic()), position.getPartition());
      if (acknowledgements.find(name) == null) {
        throw new StreamException(
            ErrorCode.ILLEGAL_GENERATION,
            "stream " + stream.id() + " does not have partition " + name + ", or no longer");
      }
      offsets.add(GroupPositions.toCommit(position));
    }
    return offsets;
  }

  /** Commits what the client asks for. */
  Future<List<CommittedPosition>> commit(List<OffsetCommit> offsets) {
    return commits
        .commit(offsets)
        .map(
            results -> {
              noteCommitted(offsets, results, true);
              onSign();
              return GroupPositions.committed(offsets, results);
            });
  }

  private void noteCommitted(
      List<OffsetCommit> offsets, List<PartitionResult> results, boolean byClient) {
    for (int i = 0; i < offsets.size(); i++) {
      PartitionId partition = acknowledgements.find(offsets.get(i).partition());
      if (partition != null && !results.get(i).error().isError()) {
        acknowledgements.committed(partition, offsets.get(i).offset(), byClient);
      }
    }
  }

  private void scheduleAutoCommit() {
    if (options.commitsByItself() && !closed) {
      autoCommit =
          loop.timers().at(loop.inMs(options.autoCommitIntervalMs()), this::commitByItself);
    }
  }

  private void commitByItself() {
    scheduleAutoCommit();
    if (!committing) {
      commitAcknowledged(null);
    }
  }

  /**
   * Commits what is acknowledged of these partitions, null for all, behind all that was asked for
   * before. A failure leaves it to the next time.
   */
  private Future<Void> commitAcknowledged(@Nullable Set<PartitionId> of) {
    List<OffsetCommit> offsets =
        options.commitsByItself()
            ? acknowledgements.uncommitted(p -> of == null || of.contains(p))
            : List.of();
    committing = true;
    return commits
        .commit(offsets)
        .onSuccess(
            results -> {
              noteCommitted(offsets, results, false);
              if (!offsets.isEmpty()) {
                session.send(
                    new Committed(null, stream.id(), GroupPositions.committed(offsets, results)));
              }
            })
        .onFailure(cause -> onCommitFailed(GroupMembership.known(cause)))
        .onComplete(done -> committing = false)
        .mapEmpty();
  }

  /** A member that is lost is told so; what else is for good will be so the next time. */
  private void onCommitFailed(StreamException why) {
    if (why.code().retriable()) {
      onTrouble(why);
    } else {
      LOG.debug("a commit of group {} failed", options.group(), why);
    }
  }

  /**
   * Commits what is acknowledged and ends the membership; completes when both are done.
   *
   * @param forGood whether it leaves also if it could be resumed
   */
  Future<Void> finish(boolean forGood) {
    if (closed) {
      return finished;
    }
    closed = true;
    assignment.close();
    patience.close();
    List.copyOf(deadlines.keySet()).forEach(this::cancelDeadline);
    if (autoCommit != null) {
      autoCommit.cancel();
    }
    boolean kept = options.memberId().isPresent() || options.instanceId().isPresent();
    finished = commitAcknowledged(null).transform(done -> membership.stop(forGood || !kept));
    return finished;
  }
}
