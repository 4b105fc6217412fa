package io.millrace.workload;

import io.millrace.checker.HistoryEvent;
import io.millrace.client.Admin;
import io.millrace.client.GroupOffset;
import io.millrace.client.OffsetAnswer;
import io.millrace.model.ErrorCode;
import io.millrace.model.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The end of a run: answers, then readers and group at the end of the log, then a fresh reader. No
 * step waits for ever; what is not there in time is what the checker then finds.
 */
final class WorkloadEnd {
  private static final long RETRY_MS = 500;

  private final Vertx vertx;
  private final WorkloadPlan plan;
  private final Journal journal;
  private final Progress progress;
  private final Admin admin;
  private final List<TopicPartition> partitions;
  private final Map<Integer, Long> starts = new HashMap<>();
  private final Map<Integer, Long> ends = new HashMap<>();

  WorkloadEnd(Vertx vertx, WorkloadPlan plan, Journal journal, Progress progress, Admin admin) {
    this.vertx = vertx;
    this.plan = plan;
    this.journal = journal;
    this.progress = progress;
    this.admin = admin;
    this.partitions =
        IntStream.range(0, plan.partitions())
            .mapToObj(partition -> new TopicPartition(plan.topic(), partition))
            .toList();
  }

  Future<Void> run(Workload load) {
    return Future.all(load.senders().stream().map(Sender::finish).toList())
        .compose(answered -> learnBounds())
        .compose(known -> awaitReaders(load))
        .compose(reached -> awaitGroup(load))
        .compose(reached -> close(load))
        .compose(closed -> readAll())
        .onSuccess(done -> journal.flush());
  }

  /** Asks until every partition has a leader that answers. */
  private Future<Void> learnBounds() {
    return retried(
            "the ends of the log are not known",
            () ->
                bounds(Admin.EARLIEST, starts)
                    .compose(known -> bounds(Admin.LATEST, ends))
                    .map(
                        known ->
                            starts.size() == partitions.size() && ends.size() == starts.size()))
        .onSuccess(
            known ->
                // A leader that was just elected may not know yet how much is committed.
                progress.acknowledgedEnds().forEach((p, end) -> ends.merge(p, end, Math::max)));
  }

  private Future<Void> bounds(long timestampMs, Map<Integer, Long> bounds) {
    return admin
        .offsets(partitions, timestampMs)
        .map(
            answers -> {
              answers.forEach((partition, answer) -> keep(bounds, partition, answer));
              return null;
            });
  }

  private static void keep(
      Map<Integer, Long> bounds, TopicPartition partition, OffsetAnswer answer) {
    if (answer.error() == ErrorCode.NONE) {
      bounds.put(partition.partition(), answer.offset());
    }
  }

  private Future<Void> awaitReaders(Workload load) {
    return patiently(
        "readers are not at the end of the log",
        Future.all(load.followers().stream().map(reader -> reader.awaitPositions(ends)).toList())
            .mapEmpty());
  }

  private Future<Void> awaitGroup(Workload load) {
    return load.members().isEmpty()
        ? Future.succeededFuture()
        : retried(
            "the group is not at the end of the log",
            () -> groupOffsets().map(offsets -> offsets.stream().allMatch(this::isAtEnd)));
  }

  private boolean isAtEnd(GroupOffset offset) {
    return offset.committed().offset()
            >= ends.getOrDefault(offset.partition().partition(), Long.MAX_VALUE)
        || ends.getOrDefault(offset.partition().partition(), 0L) == 0;
  }

  private Future<List<GroupOffset>> groupOffsets() {
    return admin.groupOffsets(plan.group(), partitions);
  }

  private Future<Void> close(Workload load) {
    Future<Void> members =
        Future.all(load.members().stream().map(Member::close).toList()).mapEmpty();
    return patiently("members do not leave", members)
        .compose(
            left ->
                patiently(
                    "readers do not close",
                    Future.all(load.followers().stream().map(Follower::close).toList()).mapEmpty()))
        .compose(closed -> load.members().isEmpty() ? Future.succeededFuture() : lookUpGroup());
  }

  private Future<Void> lookUpGroup() {
    return retried("the group's positions are not known", () -> groupOffsets().map(this::noted));
  }

  private boolean noted(List<GroupOffset> offsets) {
    for (GroupOffset offset : offsets) {
      long committed = Math.max(0, offset.committed().offset());
      journal.add(
          atUs ->
              new HistoryEvent.Committed(
                  atUs,
                  HistoryEvent.FINAL_READER,
                  plan.group(),
                  offset.partition().partition(),
                  committed));
    }
    return true;
  }

  private Future<Void> readAll() {
    Follower last = new Follower(vertx, plan, HistoryEvent.FINAL_READER, journal, progress);
    return last.start()
        .compose(started -> patiently("the final read is not complete", last.awaitPositions(ends)))
        .onSuccess(
            read ->
                ends.forEach(
                    (partition, end) ->
                        journal.add(
                            atUs ->
                                new HistoryEvent.Ended(
                                    atUs, partition, starts.getOrDefault(partition, 0L), end))))
        .eventually(last::close);
  }

  /** Waits for a future as long as the plan allows, and goes on, whatever became of it. */
  private Future<Void> patiently(String complaint, Future<Void> awaited) {
    Promise<Void> done = Promise.promise();
    long timer =
        vertx.setTimer(
            plan.drainMs(),
            id -> {
              journal.note(complaint);
              done.tryComplete();
            });
    awaited.onComplete(
        ended -> {
          vertx.cancelTimer(timer);
          if (ended.failed()) {
            journal.note(complaint + ": " + ended.cause());
          }
          done.tryComplete();
        });
    return done.future();
  }

  /** Asks again and again, as long as the plan allows, until it is so. */
  private Future<Void> retried(String complaint, Supplier<Future<Boolean>> question) {
    Promise<Void> done = Promise.promise();
    ask(question, done);
    return patiently(complaint, done.future()).onComplete(over -> done.tryComplete());
  }

  private void ask(Supplier<Future<Boolean>> question, Promise<Void> done) {
    question
        .get()
        .onComplete(
            answer -> {
              if (answer.succeeded() && answer.result()) {
                done.tryComplete();
              } else if (!done.future().isComplete()) {
                vertx.setTimer(RETRY_MS, id -> ask(question, done));
              }
            });
  }
}
