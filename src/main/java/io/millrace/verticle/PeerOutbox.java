package io.millrace.verticle;

import io.millrace.bus.Address;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Sender;
import io.millrace.bus.TypedBus;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Replies to other nodes. What may be under way to a node is bounded; a reply that finds no room
 * waits a little instead of being lost, since its receiver would wait for it until its deadline.
 *
 * <p>Threading: the verticle's context.
 */
final class PeerOutbox implements Outbox.Post {
  private static final long RETRY_MS = 5;
  private static final int MAX_WAITING = 1_000;

  private final Vertx vertx;
  private final TypedBus bus;
  private final Map<Address<LoopMail>, Sender<LoopMail>> senders = new HashMap<>();
  private final ArrayDeque<Letter> waiting = new ArrayDeque<>();
  private boolean retrying;
  private boolean closed;

  PeerOutbox(Vertx vertx, TypedBus bus) {
    this.vertx = vertx;
    this.bus = bus;
  }

  @Override
  public void send(Address<LoopMail> to, LoopMail mail) {
    if (waiting.stream().noneMatch(letter -> letter.to.equals(to)) && trySend(to, mail)) {
      return;
    }
    if (closed || waiting.size() >= MAX_WAITING) {
      mail.discard();
      return;
    }
    waiting.add(new Letter(to, mail));
    retryLater();
  }

  private boolean trySend(Address<LoopMail> to, LoopMail mail) {
    return senders.computeIfAbsent(to, bus::sender).send(mail);
  }

  private void retryLater() {
    if (!retrying) {
      retrying = true;
      vertx.setTimer(RETRY_MS, id -> retry());
    }
  }

  /** One node without room does not hold up the others. */
  private void retry() {
    retrying = false;
    Map<Address<LoopMail>, Boolean> full = new HashMap<>();
    int count = waiting.size();
    for (int i = 0; i < count; i++) {
      Letter letter = waiting.remove();
      if (closed || --letter.triesLeft < 0) {
        letter.mail.discard();
      } else if (full.containsKey(letter.to) || !trySend(letter.to, letter.mail)) {
        full.put(letter.to, true);
        waiting.add(letter);
      }
    }
    if (!waiting.isEmpty()) {
      retryLater();
    }
  }

  /** Gives back what still waits. */
  void close() {
    closed = true;
    waiting.forEach(letter -> letter.mail.discard());
    waiting.clear();
  }

  private static final class Letter {
    /** Two seconds: longer than a connection takes to be made. */
    private static final int TRIES = 400;

    private final Address<LoopMail> to;
    private final LoopMail mail;
    private int triesLeft = TRIES;

    Letter(Address<LoopMail> to, LoopMail mail) {
      this.to = to;
      this.mail = mail;
    }
  }
}
