package io.millrace.client;

import io.millrace.model.StreamException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for an answer, oldest first.
 *
 * <p>Threading: one thread.
 */
final class PendingRequests {
  private final Map<Long, Pending> byId = new LinkedHashMap<>();

  /** Who asked. Exactly one of its methods is called, once, unless the request is forgotten. */
  interface Reply {
    /** The message's {@code bytes} fields are valid during the call only. */
    void onAnswer(SpecificRecord answer);

    /**
     * The broker refused, or there is no answer: CONNECTION_LOST and REQUEST_TIMED_OUT made here
     * leave open whether the request took effect.
     */
    void onFailure(StreamException failure);
  }

  /**
   * A request.
   *
   * @param message what to send when there is a connection; null if it was sent
   * @param resetsConnection whether its deadline means that the connection is not to be trusted
   */
  record Pending(
      long id,
      @Nullable SpecificRecord message,
      long deadlineNanos,
      boolean resetsConnection,
      Reply reply) {
    Pending sent() {
      return new Pending(id, null, deadlineNanos, resetsConnection, reply);
    }

    boolean isSent() {
      return message == null;
    }
  }

  void add(Pending pending) {
    byId.put(pending.id(), pending);
  }

  @Nullable Pending take(long id) {
    return byId.remove(id);
  }

  int size() {
    return byId.size();
  }

  /** Whether an answer is still to come from the broker. */
  boolean anySent() {
    return byId.values().stream().anyMatch(Pending::isSent);
  }

  /** Takes out those whose deadline has passed. */
  List<Pending> takeExpired(long nowNanos) {
    List<Pending> expired = new ArrayList<>();
    for (Pending pending : byId.values()) {
      if (nowNanos - pending.deadlineNanos() >= 0) {
        expired.add(pending);
      }
    }
    expired.forEach(pending -> byId.remove(pending.id()));
    return expired;
  }

  /** Takes out those that were sent, or those that were not. */
  List<Pending> take(boolean sent) {
    List<Pending> taken = new ArrayList<>(byId.values());
    taken.removeIf(pending -> pending.isSent() != sent);
    taken.forEach(pending -> byId.remove(pending.id()));
    return taken;
  }
}
