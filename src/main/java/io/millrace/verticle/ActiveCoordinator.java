package io.millrace.verticle;

import io.millrace.group.GroupCoordinator;
import io.millrace.group.Outcome;
import io.millrace.model.TimeSource;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import java.util.Set;

/**
 * A loaded coordinator with its queue of commits: what it decides is replayed at once and queued.
 * If a call throws, the coordinator's state cannot be relied on any more.
 *
 * <p>Threading: its coordinator's thread.
 */
final class ActiveCoordinator {
  private final GroupCoordinator coordinator;
  private final CommitQueue commits;
  private final TimeSource time;
  private final int leaderEpoch;

  /** Begins with the sessions of the members that were found in the log. */
  ActiveCoordinator(
      GroupCoordinator coordinator,
      CommitQueue commits,
      TimeSource time,
      int leaderEpoch,
      ClusterImage image) {
    this.coordinator = coordinator;
    this.commits = commits;
    this.time = time;
    this.leaderEpoch = leaderEpoch;
    onImage(image);
    coordinator.loaded(time.monotonicNanos());
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  void ask(long requestId, GroupRequest<?> request) {
    long nowMs = time.wallClockMs();
    take(coordinator.handle(requestId, request, time.monotonicNanos(), nowMs), nowMs);
  }

  void forget(long requestId) {
    coordinator.forget(requestId);
  }

  void onImage(ClusterImage image) {
    long nowMs = time.wallClockMs();
    take(coordinator.onImage(image, time.monotonicNanos(), nowMs), nowMs);
  }

  /** When {@link #tick} is due at the latest, monotonic; {@link Long#MAX_VALUE} for never. */
  long nextDeadlineNanos() {
    return coordinator.nextDeadlineNanos();
  }

  /** Does what has become due. */
  void tick(long nowNanos) {
    long deadlineNanos = nextDeadlineNanos();
    if (deadlineNanos != Long.MAX_VALUE && deadlineNanos - nowNanos <= 0) {
      long nowMs = time.wallClockMs();
      take(coordinator.tick(nowNanos, nowMs), nowMs);
    }
  }

  List<GroupResponse.Listed> list(Set<GroupState> states, Set<GroupType> types) {
    return coordinator.list(states, types);
  }

  private void take(Outcome outcome, long nowMs) {
    outcome.records().forEach(coordinator::replay);
    commits.add(outcome, nowMs);
  }

  void flush() {
    commits.flush();
  }

  boolean isFlushDue() {
    return commits.isFlushDue();
  }

  /** Nothing is appended or answered any more. */
  void end() {
    commits.end();
  }
}
