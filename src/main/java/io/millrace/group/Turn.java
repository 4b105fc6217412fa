package io.millrace.group;

import io.millrace.model.group.GroupResponse;
import io.millrace.model.image.ClusterImage;
import java.util.ArrayList;
import java.util.List;

/**
 * One event being handled: the time and the image that it is judged by, and what it leads to.
 * Everything that a group does, it does in a turn.
 */
final class Turn {
  private final long nowNanos;
  private final long stampMs;
  private final long judgeMs;
  private final ClusterImage image;
  private final List<GroupRecord> records = new ArrayList<>();
  private final List<Reply> replies = new ArrayList<>();

  Turn(long nowNanos, long stampMs, long judgeMs, ClusterImage image) {
    this.nowNanos = nowNanos;
    this.stampMs = stampMs;
    this.judgeMs = judgeMs;
    this.image = image;
  }

  /** Monotonic time, for timeouts. */
  long nowNanos() {
    return nowNanos;
  }

  /** Wall-clock time to put into records. */
  long stampMs() {
    return stampMs;
  }

  /** Wall-clock time to judge such stamps by; at most {@link #stampMs}. */
  long judgeMs() {
    return judgeMs;
  }

  ClusterImage image() {
    return image;
  }

  /** The driver replays it right after the turn. */
  void append(GroupRecord record) {
    records.add(record);
  }

  void reply(long requestId, GroupResponse response) {
    replies.add(new Reply(requestId, response));
  }

  Outcome outcome() {
    return records.isEmpty() && replies.isEmpty() ? Outcome.NOTHING : new Outcome(records, replies);
  }
}
