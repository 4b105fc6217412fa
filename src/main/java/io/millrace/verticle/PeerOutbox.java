package io.millrace.verticle;

import io.millrace.bus.Address;
import io.millrace.bus.LoopMail;
import io.millrace.bus.Scope;
import io.millrace.bus.Sender;
import io.millrace.bus.TypedBus;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Replies, to other nodes too. What may be under way to a node is bounded; a reply that finds no
 * room waits a little instead of being lost, since its receiver would wait for it until its
 * deadline. Within the node a reply goes at once or, if its loop is gone, not at all.
 *
 * <p>Threading: the owner's thread, to which {@link Later} brings it back.
 */
final class PeerOutbox implements Outbox.Post {
  private static final long RETRY_MS = 5;
  private static final int MAX_WAITING = 1_000;

  private final Function<Address<LoopMail>, Sender<LoopMail>> toLoop;
  private final Runnable onDropped;
  private final Later later;
  private final Map<Address<LoopMail>, Sender<LoopMail>> senders = new HashMap<>();
  private final ArrayDeque<Letter> waiting = new ArrayDeque<>();
  private boolean retrying;
  private boolean closed;

  PeerOutbox(TypedBus bus, Later later) {
    this(bus::sender, bus.meters()::onDropped, later);
  }

  /**
   * @param onDropped hears of each mail to another node that is given up
   */
  PeerOutbox(
      Function<Address<LoopMail>, Sender<LoopMail>> toLoop, Runnable onDropped, Later later) {
    this.toLoop = toLoop;
    this.onDropped = onDropped;
    this.later = later;
  }

  /** Runs something on the owner's thread after so long. */
  @FunctionalInterface
  interface Later {
    void run(long delayMs, Runnable task);
  }

  @Override
  public void send(Address<LoopMail> to, LoopMail mail) {
    if (!waitsFor(to) && trySend(to, mail)) {
      return;
    }
    if (to.scope() == Scope.LOCAL || closed || waiting.size() >= MAX_WAITING) {
      drop(to, mail);
      return;
    }
    waiting.add(new Letter(to, mail));
    retryLater();
  }

  /** Mail to one loop keeps its order. */
  private boolean waitsFor(Address<LoopMail> to) {
    for (Letter letter : waiting) {
      if (letter.to.equals(to)) {
        return true;
      }
    }
    return false;
  }

  private boolean trySend(Address<LoopMail> to, LoopMail mail) {
    return senders.computeIfAbsent(to, toLoop).send(mail);
  }

  private void drop(Address<LoopMail> to, LoopMail mail) {
    senders.remove(to);
    mail.discard();
    if (to.scope() == Scope.CLUSTER) {
      onDropped.run();
    }
  }

  private void retryLater() {
    if (!retrying) {
      retrying = true;
      later.run(RETRY_MS, this::retry);
    }
  }

  /** One node without room does not hold up the others. */
  private void retry() {
    retrying = false;
    Set<Address<LoopMail>> full = new HashSet<>();
    int count = waiting.size();
    for (int i = 0; i < count; i++) {
      Letter letter = waiting.remove();
      if (closed || --letter.triesLeft < 0) {
        drop(letter.to, letter.mail);
      } else if (full.contains(letter.to) || !trySend(letter.to, letter.mail)) {
        full.add(letter.to);
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
