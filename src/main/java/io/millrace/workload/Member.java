package io.millrace.workload;

import io.millrace.checker.HistoryEvent;
import io.millrace.client.CommittedOffset;
import io.millrace.client.Consumer;
import io.millrace.client.RebalanceListener;
import io.millrace.client.RecordChunk;
import io.millrace.client.StartPosition;
import io.millrace.client.Subscription;
import io.millrace.model.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;

/**
 * A member of the group: reads what it is given, and commits now and then and before it lets go.
 */
final class Member implements RebalanceListener {
  private final String name;
  private final WorkloadPlan plan;
  private final Journal journal;
  private final Progress progress;
  private final Consumer consumer;
  private boolean committing;

  Member(Vertx vertx, WorkloadPlan plan, int number, Journal journal, Progress progress) {
    this.name = "m" + number;
    this.plan = plan;
    this.journal = journal;
    this.progress = progress;
    this.consumer =
        Consumer.create(
            vertx,
            plan.settings(
                plan.topic().value() + "-" + name,
                Map.of(
                    "group.id", plan.group(),
                    "enable.auto.commit", "false",
                    "auto.offset.reset", "earliest")));
  }

  void start() {
    consumer.rebalanceListener(this);
    consumer.chunkHandler(this::onChunk);
    consumer.gapHandler(gap -> journal.gap(name, gap));
    consumer.exceptionHandler(failure -> journal.note(name + ": " + failure));
    consumer
        .subscribe(Subscription.topics(plan.topic().value()).from(StartPosition.earliest()))
        .onFailure(failure -> journal.note(name + " could not subscribe: " + failure));
  }

  private void onChunk(RecordChunk chunk) {
    progress.onRead(journal.polled(name, chunk));
  }

  @Override
  public void onAssigned(Map<TopicPartition, Long> positions) {
    positions.forEach(
        (partition, offset) ->
            journal.add(
                atUs ->
                    new HistoryEvent.Began(
                        atUs, name, plan.group(), partition.partition(), offset)));
  }

  @Override
  public Future<Void> onRevoked(Set<TopicPartition> partitions) {
    return commitNow();
  }

  @Override
  public void onLost(Set<TopicPartition> partitions) {
    journal.note(name + " lost " + partitions);
  }

  /** Commits, unless a commit is under way. */
  void commit() {
    if (!committing) {
      commitNow();
    }
  }

  /** Completes when it is answered; a commit that fails is made up for by the next one. */
  private Future<Void> commitNow() {
    committing = true;
    return consumer
        .commit()
        .onSuccess(this::onCommitted)
        .onFailure(failure -> journal.note(name + " could not commit: " + failure))
        .onComplete(ended -> committing = false)
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  private void onCommitted(Map<TopicPartition, CommittedOffset> positions) {
    positions.forEach(
        (partition, position) -> {
          if (position.offset() >= 0) {
            journal.add(
                atUs ->
                    new HistoryEvent.Committed(
                        atUs, name, plan.group(), partition.partition(), position.offset()));
          }
        });
  }

  Future<Void> close() {
    return commitNow().eventually(consumer::close).otherwiseEmpty();
  }
}
