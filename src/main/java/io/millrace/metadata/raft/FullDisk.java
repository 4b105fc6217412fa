package io.millrace.metadata.raft;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member does while its disk is full: it waits, on its one thread. It says nothing
 * meanwhile, so to the others it is a slow member and not a wrong one; they go on without it, and
 * it goes on where it was as soon as there is space.
 *
 * <p>Threading: the thread of Raft, but for {@link #isFull} and {@link #giveUp}.
 */
final class FullDisk {
  private static final Logger LOGGER = LoggerFactory.getLogger(FullDisk.class);
  private static final long LOOK_MS = 250;

  /** Hears of it, on the thread of Raft. */
  interface Listener {
    void onFull();

    void onSpace();
  }

  private final RaftLoop.Scheduler scheduler;
  private final Listener listener;
  private volatile boolean full;
  private volatile boolean givenUp;

  FullDisk(RaftLoop.Scheduler scheduler, Listener listener) {
    this.scheduler = scheduler;
    this.listener = listener;
  }

  /** Whether the member waits for space now. */
  boolean isFull() {
    return full;
  }

  /** Waits a while; whether to try again. */
  boolean await() {
    if (!full) {
      full = true;
      LOGGER.warn("the disk is full: this node takes no part in the metadata log until it is not");
      listener.onFull();
    }
    if (!givenUp) {
      scheduler.pause(LOOK_MS);
    }
    return !givenUp;
  }

  /** Something was written. */
  void written() {
    if (full) {
      full = false;
      LOGGER.info("there is space on the disk again, the metadata log goes on");
      listener.onSpace();
    }
  }

  /** Whoever waits stops to. */
  void giveUp() {
    givenUp = true;
  }
}
