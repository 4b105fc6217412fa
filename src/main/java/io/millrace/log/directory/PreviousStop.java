package io.millrace.log.directory;

import io.millrace.log.segment.LastStop;

/** How the last process that held a data directory ended. */
public enum PreviousStop {
  /** No process has held it. */
  NEVER_STARTED,
  /** It closed everything: the checkpoints tell all there is, and no log needs recovery. */
  CLEAN,
  /**
   * The process ended without closing, on a machine that has run since: what it wrote is in the
   * page cache, whole, and a replica keeps its place after its log was checked.
   */
  PROCESS_KILLED,
  /**
   * The machine stopped, or nobody knows that it did not: whatever was not fsynced may be missing,
   * and a replica in flush.mode=async leaves every set of in-sync replicas before it serves.
   */
  MACHINE_LOST;

  public boolean needsRecovery() {
    return this == PROCESS_KILLED || this == MACHINE_LOST;
  }

  /** What a log has to know of it. */
  public LastStop ofLogs() {
    return switch (this) {
      case NEVER_STARTED, CLEAN -> LastStop.CLEAN;
      case PROCESS_KILLED -> LastStop.PROCESS_DIED;
      case MACHINE_LOST -> LastStop.MACHINE_DIED;
    };
  }
}
