package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupRequest.CommitOffsets;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse.OffsetsCommitted;
import io.millrace.model.group.GroupResponse.PartitionResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The commits of one member, one after the other in the order in which they were asked for, so that
 * an older position never overwrites a newer one. What the coordinator cannot take at the moment is
 * tried again until its time is up; that is safe, because a commit says the same however often it
 * is carried out.
 *
 * <p>Bounded: by the session's requests in flight; of its own the stream has one at a time.
 *
 * <p>Threading: its session's.
 */
final class GroupCommits {
  private static final int RETRY_MS = 100;

  private record Waiting(
      List<OffsetCommit> offsets, long deadlineNanos, Promise<List<PartitionResult>> promise) {}

  private final SessionLoop loop;
  private final GroupMembership membership;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private boolean asking;
  private int generation;

  GroupCommits(SessionLoop loop, GroupMembership membership) {
    this.loop = loop;
    this.membership = membership;
  }

  /**
   * Commits these positions after all those before; with none, completes when those are done. The
   * results are in the order of the positions.
   */
  Future<List<PartitionResult>> commit(List<OffsetCommit> offsets) {
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    Promise<List<PartitionResult>> promise = Promise.promise();
    queue.add(new Waiting(offsets, deadline, promise));
    proceed();
    return promise.future();
  }

  /** The member is no member any more, so none of these may be written. */
  void fail(StreamException cause) {
    generation++;
    asking = false;
    List<Waiting> failed = List.copyOf(queue);
    queue.clear();
    failed.forEach(waiting -> waiting.promise().fail(cause));
  }

  private void proceed() {
    Waiting first = queue.peek();
    if (asking || first == null) {
      return;
    }
    if (first.offsets().isEmpty()) {
      queue.remove();
      first.promise().complete(List.of());
      proceed();
      return;
    }
    if (membership.isSuperseded()) {
      fail(membership.superseded());
      return;
    }
    asking = true;
    int mine = ++generation;
    CommitOffsets request =
        new CommitOffsets(
            membership.group(), membership.member(), membership.epoch(), first.offsets());
    loop.groups()
        .ask(request, first.deadlineNanos())
        .answer()
        .onSuccess(
            answer -> {
              if (mine == generation) {
                onAnswer(first, answer);
              }
            })
        .onFailure(
            cause -> {
              if (mine == generation) {
                onFailure(first, GroupMembership.known(cause));
              }
            });
  }

  private void onAnswer(Waiting first, OffsetsCommitted answer) {
    if (answer.error().isError()) {
      onFailure(first, new StreamException(answer.error().code(), answer.error().reason()));
      return;
    }
    asking = false;
    queue.remove(first);
    first.promise().complete(answer.partitions());
    proceed();
  }

  /** An epoch that is behind is told by the next heartbeat. */
  private void onFailure(Waiting first, StreamException cause) {
    boolean inTime = first.deadlineNanos() - loop.nowNanos() > 0;
    if (inTime && (cause.code().retriable() || cause.code() == ErrorCode.STALE_MEMBER_EPOCH)) {
      int mine = generation;
      loop.timers()
          .at(
              loop.inMs(RETRY_MS),
              () -> {
                if (mine == generation) {
                  asking = false;
                  proceed();
                }
              });
      return;
    }
    asking = false;
    queue.remove(first);
    first.promise().fail(cause);
    proceed();
  }
}
