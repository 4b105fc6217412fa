package io.millrace.partition;

import java.util.ArrayList;
import java.util.List;

/**
 * A fetch that waits at some partitions of one owner thread until they have so many new committed
 * bytes together, or until one of them has something else to say. It fires at most once, and leaves
 * all its partitions then.
 */
public final class FetchWatch {
  private final long wakeBytes;
  private final Runnable onNews;
  private final List<Partition> partitions = new ArrayList<>();
  private long newBytes;
  private boolean done;

  /**
   * A watch on nothing yet.
   *
   * @param wakeBytes at least 1
   */
  public FetchWatch(long wakeBytes, Runnable onNews) {
    this.wakeBytes = wakeBytes;
    this.onNews = onNews;
  }

  /** Counts what becomes committed there from now on. */
  public void watch(Partition partition) {
    partitions.add(partition);
    partition.watchers().add(this);
  }

  /** Counts what is appended there from now on, and what becomes committed. */
  public void watchAsReplica(Partition partition) {
    partitions.add(partition);
    partition.replicaWatchers().add(this);
  }

  /** Stops waiting without firing. */
  public void cancel() {
    done = true;
    for (Partition partition : partitions) {
      partition.watchers().remove(this);
      partition.replicaWatchers().remove(this);
    }
    partitions.clear();
  }

  void onCommitted(long bytes) {
    newBytes += bytes;
    if (newBytes >= wakeBytes) {
      fire();
    }
  }

  /** The partition went away, changed its leader or lost records: the reader must look. */
  void fire() {
    if (!done) {
      cancel();
      onNews.run();
    }
  }
}
