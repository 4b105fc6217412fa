package io.millrace.architecture.violation.code.partition;

import java.util.function.LongSupplier;

/** Breaks every rule of the code: its name, its modifiers, its calls. */
class PartitionManagerImpl {

  void wait(int pauseMs) {
    LongSupplier wallClock = System::currentTimeMillis;
    try {
      Thread.sleep(pauseMs);
    } catch (InterruptedException interrupted) {
      System.out.println("interrupted at " + wallClock.getAsLong());
    }
  }

  Thread runner(Runnable task) {
    return new Thread(task);
  }
}
