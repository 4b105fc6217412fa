package io.millrace.cli;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What a process has used, from {@code /proc} (proc(5)).
 *
 * @param measured false if no process was asked about
 * @param cpuSeconds user and system time
 * @param residentBytes memory in use now
 */
record BrokerCost(boolean measured, double cpuSeconds, long residentBytes) {
  private static final BrokerCost NOTHING = new BrokerCost(false, 0, 0);
  private static final double TICKS_PER_SECOND = 100;
  private static final int PAGE_BYTES = 4096;
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;
  private static final int RESIDENT_PAGES = 21;

  /**
   * Reads a process's use.
   *
   * @throws StreamException NOT_FOUND if there is no such process
   */
  static BrokerCost of(long pid) throws IOException {
    if (pid == 0) {
      return NOTHING;
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name in brackets may hold blanks; fields are counted from behind it, where state is the
      // first.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double ticks =
          Double.parseDouble(fields[USER_TICKS]) + Double.parseDouble(fields[SYSTEM_TICKS]);
      return new BrokerCost(
          true, ticks / TICKS_PER_SECOND, Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_BYTES);
    } catch (NoSuchFileException e) {
      throw new StreamException(
          ErrorCode.NOT_FOUND, "there is no process " + pid + " to measure (--broker-pid)", e);
    }
  }

  /** What was used since an earlier look; memory as it is now. */
  BrokerCost since(BrokerCost earlier) {
    return new BrokerCost(measured, cpuSeconds - earlier.cpuSeconds, residentBytes);
  }
}
