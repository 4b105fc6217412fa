package io.millrace.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Those who wait until all that was sent before is done: first for the topics of records that are
 * not in a batch yet, then for the batches.
 *
 * <p>Threading: the loop.
 */
final class FlushWaits {
  private final Supplier<List<ProduceBatch>> batches;
  private final List<Wait> forTopics = new ArrayList<>();

  private static final class Wait {
    private final Set<TopicQueues> unknown;
    private final Runnable whenDone;
    private int batchesLeft;

    private Wait(Set<TopicQueues> unknown, Runnable whenDone) {
      this.unknown = unknown;
      this.whenDone = whenDone;
    }
  }

  /**
   * @param batches all batches that are not done
   */
  FlushWaits(Supplier<List<ProduceBatch>> batches) {
    this.batches = batches;
  }

  /**
   * @param unknown the topics whose records wait for them to be known
   */
  void add(List<TopicQueues> unknown, Runnable whenDone) {
    forTopics.add(new Wait(new HashSet<>(unknown), whenDone));
    onTopicsChanged();
  }

  /** Some records may have left their topics' waiting rooms. */
  void onTopicsChanged() {
    List<Wait> complete = new ArrayList<>();
    for (Iterator<Wait> each = forTopics.iterator(); each.hasNext(); ) {
      Wait wait = each.next();
      wait.unknown.removeIf(topic -> topic.isKnown() || !topic.hasParked());
      if (wait.unknown.isEmpty()) {
        each.remove();
        complete.add(wait);
      }
    }
    complete.forEach(this::awaitBatches);
  }

  private void awaitBatches(Wait wait) {
    List<ProduceBatch> open = batches.get();
    wait.batchesLeft = open.size();
    if (open.isEmpty()) {
      wait.whenDone.run();
      return;
    }
    for (ProduceBatch batch : open) {
      batch.whenDone(
          () -> {
            wait.batchesLeft--;
            if (wait.batchesLeft == 0) {
              wait.whenDone.run();
            }
          });
    }
  }
}
