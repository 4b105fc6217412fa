package io.millrace.verticle;

import io.millrace.log.LogTask;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs tasks when the test says so, on its own thread. */
final class QueuedTasks implements Tasks {
  final List<Pool> pools = new ArrayList<>();
  private final ArrayDeque<Consumer<IOException>> queue = new ArrayDeque<>();

  @Override
  public boolean hasRoom(Pool pool) {
    return true;
  }

  @Override
  public <T> void run(
      Pool pool, LogTask<T> task, Consumer<T> whenDone, Consumer<IOException> whenFailed) {
    pools.add(pool);
    queue.add(
        failure -> {
          if (failure != null) {
            whenFailed.accept(failure);
            return;
          }
          try {
            whenDone.accept(task.run());
          } catch (IOException e) {
            whenFailed.accept(e);
          }
        });
  }

  int waiting() {
    return queue.size();
  }

  void runNext() {
    queue.remove().accept(null);
  }

  void failNext(IOException failure) {
    queue.remove().accept(failure);
  }

  void runAll() {
    while (!queue.isEmpty()) {
      runNext();
    }
  }
}
