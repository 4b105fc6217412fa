package io.millrace.bus;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;

/**
 * The group coordinators as an endpoint sees them. What a coordinator decides, also that it
 * refuses, is the answer's {@code error()}; a future fails with {@link
 * io.millrace.model.StreamException} if no coordinator decided:
 *
 * <ul>
 *   <li>COORDINATOR_NOT_AVAILABLE: there is none at the moment; {@link #findCoordinator} makes the
 *       topic if it is missing
 *   <li>COORDINATOR_LOAD_IN_PROGRESS: it reads its log; nothing was changed
 *   <li>NOT_COORDINATOR: it is elsewhere, or lost its place before the answer was committed; what
 *       was asked for may have been done
 *   <li>THROTTLED: too much waits; nothing was changed
 *   <li>REQUEST_TIMED_OUT: the deadline passed; what was asked for may have been done
 *   <li>SHUTTING_DOWN: this server stops
 * </ul>
 *
 * <p>Threading: one client per event loop; called and completing on that loop.
 */
public interface GroupClient {
  /**
   * Asks the group's coordinator. An answer that rests on records comes once they are committed.
   *
   * @param deadlineNanos monotonic; a join waits for other members, so leave it their rebalance
   *     timeout
   */
  <R extends GroupResponse> Asked<R> ask(GroupRequest<R> request, long deadlineNanos);

  /**
   * Who coordinates the group; creates {@code __consumer_offsets} if it is missing. A coordinator
   * of this node is loaded when the future completes; if that takes longer than {@code
   * group.coordinator.find.timeout.ms} the future fails with COORDINATOR_NOT_AVAILABLE.
   */
  Future<Coordinator> findCoordinator(String groupId);

  /**
   * The groups of all coordinators on this node, in no order; fails with
   * COORDINATOR_LOAD_IN_PROGRESS while one of them is being loaded.
   *
   * @param states only groups in one of them; empty for all
   * @param types only groups of one of them; empty for all
   */
  Future<List<GroupResponse.Listed>> list(
      Set<GroupState> states, Set<GroupType> types, long deadlineNanos);

  /**
   * A question that is under way.
   *
   * @param <R> its answer
   */
  interface Asked<R extends GroupResponse> {
    /** The answer; never completes after {@link #forget}. */
    Future<R> answer();

    /** The client has gone: nothing is answered, and the coordinator no longer waits with it. */
    void forget();
  }

  /**
   * Where a group is coordinated.
   *
   * @param node the leader of the partition
   * @param partition of {@code __consumer_offsets}
   */
  record Coordinator(NodeId node, PartitionId partition) {}
}
