package io.millrace.metadata.raft;

/** Raft's thread in virtual time. */
final class SimulatedScheduler implements RaftLoop.Scheduler {
  private final VirtualTime time;
  private boolean stopped;
  private Runnable whenPaused =
      () -> {
        throw new IllegalStateException("nobody makes space on this disk");
      };

  SimulatedScheduler(VirtualTime time) {
    this.time = time;
  }

  @Override
  public void execute(Runnable task) {
    schedule(task, 0);
  }

  @Override
  public void schedule(Runnable task, long delayMs) {
    time.after(
        delayMs,
        () -> {
          if (!stopped) {
            task.run();
          }
        });
  }

  @Override
  public void pause(long ms) {
    whenPaused.run();
  }

  /** Runs instead of a pause of the thread: virtual time does not pass while it stands. */
  void whenPaused(Runnable task) {
    whenPaused = task;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }
}
