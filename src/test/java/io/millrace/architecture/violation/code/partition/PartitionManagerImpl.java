package io.millrace.architecture.violation.code.partition;

import java.util.function.LongSupplier;

/** Has an empty name, could be final, sleeps, reads the wall clock and writes to the console. */
class PartitionManagerImpl {

  void wait(int pauseMs) {
    LongSupplier wallClock = System::currentTimeMillis;
    try {
      Thread.sleep(pauseMs);
    } catch (InterruptedException interrupted) {
      System.out.println("interrupted at " + wallClock.getAsLong());
    }
  }
}
