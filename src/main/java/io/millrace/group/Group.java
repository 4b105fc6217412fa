package io.millrace.group;

import io.millrace.model.TopicName;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.ImageChanges;
import java.util.OptionalLong;

/**
 * A group of either protocol. Positions are not its business ({@link Offsets}), but it says who may
 * write them.
 *
 * <p>What it is asked to do, it does in a {@link Turn}: it may change its transient state (who
 * waits for what, timers) at once; what is durable it appends as records.
 */
interface Group {
  String groupId();

  GroupType type();

  GroupState state();

  /** {@code consumer} and so on; empty if it never had members. */
  String protocolType();

  /** Whether anybody is in it. */
  boolean hasMembers();

  /** Whether some member reads the topic; true as well where that cannot be known. */
  boolean isSubscribedTo(TopicName topic);

  /**
   * Since when this position is of no use to anybody, in milliseconds of wall-clock time; empty
   * while it is in use. It expires {@code offsets.retention.minutes} after that.
   */
  OptionalLong unusedSinceMs(CommittedPosition position);

  /** Whether this client may commit; a member's commit also shows that it is alive. */
  GroupError checkCommit(Turn turn, GroupRequest.CommitOffsets request);

  /** Whether this client may read positions. */
  GroupError checkFetch(GroupRequest.FetchOffsets request);

  /** Whether positions may be deleted at all, whatever the topic. */
  GroupError checkOffsetDelete();

  void join(Turn turn, long requestId, GroupRequest.Join request);

  void sync(Turn turn, long requestId, GroupRequest.Sync request);

  void heartbeat(Turn turn, long requestId, GroupRequest.Heartbeat request);

  void leave(Turn turn, long requestId, GroupRequest.Leave request);

  GroupResponse.Described describe();

  /** Appends what deletes it; only called when nobody is in it. */
  void delete(Turn turn);

  /** Topics changed. */
  void onImage(Turn turn, ImageChanges changes);

  /** It was read from the log: its members' sessions begin. */
  void start(long nowNanos);

  /** It was deleted, or another group took its place: no timer of it may fire any more. */
  void stop();

  /** A client that waits for this request's reply is gone. */
  void forget(long requestId);
}
