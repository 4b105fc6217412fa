package io.millrace.client;

import io.millrace.model.TopicPartition;
import io.vertx.core.Completable;

/** A seek that is not done; each is its own, whatever it asks for. */
final class SeekCommand {
  private final StartPosition target;
  private final Completable<Void> done;

  SeekCommand(StartPosition target, Completable<Void> done) {
    this.target = target;
    this.done = done;
  }

  StartPosition target() {
    return target;
  }

  Completable<Void> done() {
    return done;
  }

  /** Whether it is about this partition. */
  boolean moves(TopicPartition partition) {
    return !(target instanceof StartPosition.Offsets given)
        || given.offsets().containsKey(partition);
  }
}
