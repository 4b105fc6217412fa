package io.millrace.verticle;

import io.millrace.bus.Address;
import io.millrace.bus.CoordinatorReply;
import io.millrace.bus.CoordinatorRequest;
import io.millrace.bus.LoopMail;
import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests to coordinators that are not answered yet. Each is answered exactly once, also if it is
 * forgotten: its sender's admission waits for that.
 *
 * <p>Threading: the verticle's context.
 */
final class PendingAsks {
  private final Outbox outbox;
  private final Map<Long, Pending> byId = new HashMap<>();
  private final Map<Sent, Long> ids = new HashMap<>();
  private long nextId = 1;

  PendingAsks(Outbox outbox) {
    this.outbox = outbox;
  }

  /** A number for a new request, which no other one has or had. */
  long open(CoordinatorRequest request, int partition) {
    long id = nextId++;
    Sent sent = new Sent(request.replyTo(), request.correlationId());
    byId.put(id, new Pending(sent, partition));
    ids.put(sent, id);
    return id;
  }

  /** Answers; nothing happens if it was forgotten. */
  void answer(long id, GroupResponse response) {
    Pending pending = remove(id);
    if (pending != null) {
      Sent sent = pending.sent();
      outbox.reply(sent.replyTo(), new CoordinatorReply.Answered(sent.correlationId(), response));
    }
  }

  /** Says that the coordinator is loaded; nothing happens if it was forgotten. */
  void loaded(long id) {
    Pending pending = remove(id);
    if (pending != null) {
      Sent sent = pending.sent();
      outbox.reply(sent.replyTo(), new CoordinatorReply.Loaded(sent.correlationId()));
    }
  }

  void fail(long id, ErrorCode error, String reason) {
    Pending pending = remove(id);
    if (pending != null) {
      Sent sent = pending.sent();
      outbox.reply(
          sent.replyTo(), new CoordinatorReply.Failed(sent.correlationId(), error, reason));
    }
  }

  /** Fails all requests to one coordinator. */
  void failAll(int partition, ErrorCode error, String reason) {
    List<Long> failed =
        byId.entrySet().stream()
            .filter(entry -> entry.getValue().partition() == partition)
            .map(Map.Entry::getKey)
            .toList();
    failed.forEach(id -> fail(id, error, reason));
  }

  /** The request of this message as its coordinator knows it, if it still waits. */
  Optional<Forgotten> forget(CoordinatorRequest.Forget forget) {
    Long id = ids.get(new Sent(forget.replyTo(), forget.correlationId()));
    Pending pending = id == null ? null : byId.get(id);
    if (id == null || pending == null) {
      return Optional.empty();
    }
    fail(id, ErrorCode.REQUEST_TIMED_OUT, "the sender no longer waits");
    return Optional.of(new Forgotten(id, pending.partition()));
  }

  int size() {
    return byId.size();
  }

  private @Nullable Pending remove(long id) {
    Pending pending = byId.remove(id);
    if (pending != null) {
      ids.remove(pending.sent());
    }
    return pending;
  }

  /** A request that nobody waits for any more. */
  record Forgotten(long id, int partition) {}

  private record Sent(Address<LoopMail> replyTo, long correlationId) {}

  private record Pending(Sent sent, int partition) {}
}
