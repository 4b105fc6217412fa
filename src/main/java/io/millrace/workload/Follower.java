package io.millrace.workload;

import io.millrace.checker.HistoryEvent;
import io.millrace.client.Consumer;
import io.millrace.client.RecordChunk;
import io.millrace.client.StartPosition;
import io.millrace.client.Subscription;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/** A consumer in no group, which reads everything from the start. */
final class Follower {
  private final String name;
  private final WorkloadPlan plan;
  private final Journal journal;
  private final Progress progress;
  private final Consumer consumer;
  private final Map<Integer, Long> nextOffsets = new HashMap<>();
  private Map<Integer, Long> goal = Map.of();
  private final Promise<Void> reached = Promise.promise();
  private boolean hasGoal;

  Follower(Vertx vertx, WorkloadPlan plan, String name, Journal journal, Progress progress) {
    this.name = name;
    this.plan = plan;
    this.journal = journal;
    this.progress = progress;
    this.consumer =
        Consumer.create(vertx, plan.settings(plan.topic().value() + "-" + name, Map.of()));
  }

  /** Completes when it is known where it begins. */
  Future<Void> start() {
    for (int partition = 0; partition < plan.partitions(); partition++) {
      int each = partition;
      journal.add(atUs -> new HistoryEvent.Began(atUs, name, "", each, 0));
    }
    consumer.chunkHandler(this::onChunk);
    consumer.gapHandler(gap -> journal.gap(name, gap));
    consumer.exceptionHandler(failure -> journal.note(name + ": " + failure));
    consumer.endHandler(nothing -> journal.note(name + " was told that no more comes"));
    return consumer.subscribe(
        Subscription.topics(plan.topic().value()).from(StartPosition.earliest()));
  }

  private void onChunk(RecordChunk chunk) {
    progress.onRead(journal.polled(name, chunk));
    nextOffsets.put(chunk.partition(), chunk.nextOffset());
    complete();
  }

  /**
   * Waits until it has read up to these offsets.
   *
   * @return completes then; the caller decides how long to wait
   */
  Future<Void> awaitPositions(Map<Integer, Long> endOffsets) {
    goal = endOffsets;
    hasGoal = true;
    complete();
    return reached.future();
  }

  private void complete() {
    if (hasGoal
        && goal.entrySet().stream()
            .allMatch(each -> nextOffsets.getOrDefault(each.getKey(), 0L) >= each.getValue())) {
      reached.tryComplete();
    }
  }

  Future<Void> close() {
    return consumer.close().otherwiseEmpty();
  }
}
