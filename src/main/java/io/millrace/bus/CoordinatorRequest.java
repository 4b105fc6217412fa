package io.millrace.bus;

import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import java.util.Set;

/**
 * What the group coordinators of a node can be asked. Each is answered by one {@link
 * CoordinatorReply} with its correlation id, except {@link Forget}, which hastens the answer to the
 * request that it names.
 */
public sealed interface CoordinatorRequest extends BusMessage {
  /** Unique among the requests of its reply address. */
  long correlationId();

  Address<LoopMail> replyTo();

  /**
   * A request for a group's coordinator; answered by {@link CoordinatorReply.Answered} or {@link
   * CoordinatorReply.Failed}.
   *
   * @param partition of {@code __consumer_offsets} whose coordinator is asked
   * @param deadlineNanos monotonic; a request that is found after it is refused, not carried out
   */
  record Ask(
      long correlationId,
      Address<LoopMail> replyTo,
      int partition,
      GroupRequest<?> request,
      long deadlineNanos)
      implements CoordinatorRequest {
    @Override
    public long sizeBytes() {
      return GroupRequestSize.bytes(request);
    }
  }

  /**
   * Waits until a coordinator is loaded, without a deadline of its own; answered by {@link
   * CoordinatorReply.Loaded}, at once if it is not on this node, or {@link CoordinatorReply.Failed}
   * if it is given up.
   *
   * @param partition of {@code __consumer_offsets}
   */
  record AwaitLoaded(long correlationId, Address<LoopMail> replyTo, int partition)
      implements CoordinatorRequest {}

  /** Nobody waits for the request of this correlation id; it is answered now if it was not. */
  record Forget(long correlationId, Address<LoopMail> replyTo) implements CoordinatorRequest {}

  /**
   * Lists groups, answered by {@link CoordinatorReply.Listed} or {@link CoordinatorReply.Failed}.
   */
  record ListGroups(
      long correlationId, Address<LoopMail> replyTo, Set<GroupState> states, Set<GroupType> types)
      implements CoordinatorRequest {}
}
