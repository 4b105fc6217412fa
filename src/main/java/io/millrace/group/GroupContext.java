package io.millrace.group;

import io.millrace.model.group.SubscriptionCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What all groups of a coordinator share. */
final class GroupContext {
  private final GroupParts parts;
  private final GroupConfig config;
  private final ConsumerGroupConfig consumerConfig;
  private final Assignors assignors;
  private final Timers timers = new Timers();
  private final List<Consumer<Turn>> atNextTurn = new ArrayList<>();

  GroupContext(GroupParts parts) {
    this.parts = parts;
    this.config = GroupConfig.of(parts.settings());
    this.consumerConfig = ConsumerGroupConfig.of(parts.settings());
    this.assignors = new Assignors(parts.assignors(), consumerConfig.assignorNames());
  }

  GroupParts parts() {
    return parts;
  }

  GroupConfig config() {
    return config;
  }

  ConsumerGroupConfig consumerConfig() {
    return consumerConfig;
  }

  Assignors assignors() {
    return assignors;
  }

  Timers timers() {
    return timers;
  }

  SubscriptionCodec subscriptions() {
    return parts.subscriptions();
  }

  Supplier<UUID> ids() {
    return parts.ids();
  }

  /**
   * Does it at the beginning of the next turn, which the driver is told is due at once: for what
   * needs the time where there is none, as in a replay.
   */
  void atNextTurn(Consumer<Turn> action) {
    atNextTurn.add(action);
  }

  boolean isTurnDue() {
    return !atNextTurn.isEmpty();
  }

  void beginTurn(Turn turn) {
    List<Consumer<Turn>> actions = List.copyOf(atNextTurn);
    atNextTurn.clear();
    actions.forEach(action -> action.accept(turn));
  }

  /** The moment so many milliseconds from now. */
  static long after(Turn turn, long delayMs) {
    return turn.nowNanos() + TimeUnit.MILLISECONDS.toNanos(delayMs);
  }
}
