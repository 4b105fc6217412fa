package io.millrace.log.segment;

/** How the process that had a log open before ended, which decides what may be missing. */
public enum LastStop {
  /** It closed its logs: everything is in place. */
  CLEAN,

  /**
   * It was killed, but the machine ran on and the page cache survived: only the write that was
   * under way can be missing a part.
   */
  PROCESS_DIED,

  /** The machine went down: anything that was not fsynced may be missing, in any order. */
  MACHINE_DIED
}
