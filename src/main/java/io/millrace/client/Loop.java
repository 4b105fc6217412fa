package io.millrace.client;

/**
 * The one thread on which a client's inner parts live, and its clocks. Tasks run one at a time, in
 * the order in which they were handed over; a task that throws is reported and harms no other.
 *
 * <p>Threading: every method may be called from any thread.
 */
interface Loop {
  /** Runs a task soon, never before this call returns. */
  void execute(Runnable task);

  /** Runs a task after a delay of 0 ms or more. */
  Timer schedule(long delayMs, Runnable task);

  /** Whether the calling thread is this one. */
  boolean isCurrent();

  /** Monotonic; compare by subtraction only. */
  long nanoTime();

  /** Milliseconds since 1970 UTC; may jump. */
  long wallClockMs();

  /** Hands an exception of the application's own code to whoever looks after such. */
  void report(Throwable failure);

  /** A task to come. */
  interface Timer {
    /** Forgets the task, if it has not run. On the loop only. */
    void cancel();
  }
}
