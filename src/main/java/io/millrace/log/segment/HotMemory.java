package io.millrace.log.segment;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which bytes are hot: the newest that the logs of this node appended, all together, since that is
 * the order in which the page cache of the system keeps them. A log notes the clock of an append,
 * which counts the bytes of all logs, and asks later whether that is still recent.
 *
 * <p>Threading: any thread.
 */
public final class HotMemory {
  private static final int SHARE_OF_MEMORY = 4;

  private final long budgetBytes;
  private final AtomicLong clock = new AtomicLong();

  /**
   * @param budgetBytes how many of the newest bytes are hot; 0 for none
   */
  public HotMemory(long budgetBytes) {
    if (budgetBytes < 0) {
      throw new IllegalArgumentException("hot bytes must not be negative, found " + budgetBytes);
    }
    this.budgetBytes = budgetBytes;
  }

  /**
   * A quarter of the memory that this process may use, which the page cache can be taken to hold.
   */
  static HotMemory ofMachine() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new HotMemory(system.getTotalMemorySize() / SHARE_OF_MEMORY);
  }

  /** Whether anything is ever hot. */
  boolean isOff() {
    return budgetBytes == 0;
  }

  /** A log has written so many bytes; the clock at the first of them. */
  long appended(int sizeBytes) {
    return clock.getAndAdd(sizeBytes);
  }

  /** What was written at an earlier clock than this is not hot any more. */
  long hotFrom() {
    return clock.get() - budgetBytes;
  }
}
