package io.millrace.metadata.raft;

/** The owner's thread in virtual time. */
record SimulatedOwner(VirtualTime time) implements ObserverMetadataLog.OwnerThread {
  @Override
  public void execute(Runnable task) {
    time.after(0, task);
  }

  @Override
  public void after(long delayMs, Runnable task) {
    time.after(delayMs, task);
  }
}
