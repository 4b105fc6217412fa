package io.millrace.metadata.raft;

/** Raft's thread in virtual time. */
final class SimulatedScheduler implements RaftLoop.Scheduler {
  private final VirtualTime time;
  private boolean stopped;

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
  public void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }
}
