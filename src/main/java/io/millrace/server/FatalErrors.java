package io.millrace.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker that ran out of memory, or met another error of the virtual machine, must not go on half
 * alive: it ends at once and loudly.
 */
final class FatalErrors {
  /** As sysexits(3) calls an internal software error. */
  private static final int EXIT_SOFTWARE = 70;

  private static final Logger LOG = LoggerFactory.getLogger(FatalErrors.class);

  private FatalErrors() {}

  /** Logs what a thread did not handle; ends the process if it cannot be relied on any more. */
  static void unhandled(String where, Throwable failure) {
    LOG.error("{}: not handled", where, failure);
    if (failure instanceof VirtualMachineError || failure instanceof LinkageError) {
      Runtime.getRuntime().halt(EXIT_SOFTWARE);
    }
  }

  /** Watches every thread that has no handler of its own. */
  static void watchThreads() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> unhandled(thread.getName(), failure));
  }
}
