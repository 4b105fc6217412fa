package io.millrace.verticle;

import io.millrace.bus.Address;
import io.millrace.bus.FetchReply;
import io.millrace.bus.LoopMail;
import io.millrace.bus.ShardReply;
import io.millrace.bus.ShardRequest;
import io.millrace.model.ErrorCode;
import io.millrace.partition.FetchWatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Reads partitions, and keeps the watches of reads that wait. A watch is nothing but an entry here
 * and at its partitions: it costs no timer and no request.
 *
 * <p>Threading: the shard's thread.
 */
final class ReadHandler {
  private final ShardPartitions partitions;
  private final Tasks tasks;
  private final Outbox outbox;
  private final Afterwards afterwards;
  private final int maxWaiting;
  private final Map<ReadKey, Waiting> waiting = new HashMap<>();

  /**
   * @param maxWaiting reads that may wait; more are answered THROTTLED
   */
  ReadHandler(
      ShardPartitions partitions,
      Tasks tasks,
      Outbox outbox,
      Afterwards afterwards,
      int maxWaiting) {
    this.partitions = partitions;
    this.tasks = tasks;
    this.outbox = outbox;
    this.afterwards = afterwards;
    this.maxWaiting = maxWaiting;
  }

  /** Runs things once the event at hand is dealt with. */
  @FunctionalInterface
  interface Afterwards {
    void run(Runnable what);
  }

  void handle(ShardRequest.Read request) {
    new ReadPass(
            partitions, tasks, request.entries(), request.maxBytes(), pass -> done(request, pass))
        .run();
  }

  private void done(ShardRequest.Read request, ReadPass pass) {
    ShardRequest.WaitFor waitFor = request.waitFor();
    boolean enough = pass.isFailed() || pass.sizeBytes() >= waitFor.minBytes();
    if (waitFor.minBytes() <= 0 || enough) {
      answer(request, pass.results(), false);
    } else if (pass.isStale()) {
      // More became committed while bytes were read from the disk: a watch would miss it.
      pass.release();
      handle(request);
    } else if (waiting.size() >= maxWaiting) {
      pass.release();
      answer(request, throttled(request), false);
    } else {
      watch(request, pass);
      if (waitFor.sole()) {
        // Nobody else can add to it: it is read again when there is enough.
        pass.release();
      }
      answer(request, pass.results(), true);
    }
  }

  private void watch(ShardRequest.Read request, ReadPass pass) {
    ReadKey key = new ReadKey(request.replyTo(), request.correlationId());
    ShardRequest.WaitFor waitFor = request.waitFor();
    long wakeBytes = waitFor.sole() ? waitFor.minBytes() - pass.sizeBytes() : waitFor.wakeBytes();
    FetchWatch watch =
        new FetchWatch(
            Math.max(1, wakeBytes),
            () -> {
              waiting.remove(key);
              // After the event: several appends of one event wake a reader once.
              afterwards.run(() -> news(request));
            });
    waiting.put(key, new Waiting(watch, waitFor.untilNanos()));
    request
        .entries()
        .forEach(
            e ->
                partitions.get(e.partition()).ifPresent(hosted -> watch.watch(hosted.partition())));
  }

  private void news(ShardRequest.Read request) {
    if (request.waitFor().sole()) {
      new ReadPass(
              partitions,
              tasks,
              request.entries(),
              request.maxBytes(),
              pass -> answer(request, pass.results(), false))
          .run();
    } else {
      outbox.reply(request.replyTo(), new ShardReply.Woken(request.correlationId()));
    }
  }

  private void answer(
      ShardRequest.Read request, List<FetchReply.Result> results, boolean watching) {
    outbox.reply(
        request.replyTo(), new ShardReply.ReadDone(request.correlationId(), results, watching));
  }

  private static List<FetchReply.Result> throttled(ShardRequest.Read request) {
    String reason = "too many fetches wait at one log shard (shard.waiting.fetches)";
    return request.entries().stream()
        .map(e -> FetchReply.Result.failed(ErrorCode.THROTTLED, reason, -1, -1))
        .toList();
  }

  void forget(ShardRequest.Forget request) {
    Waiting forgotten = waiting.remove(new ReadKey(request.replyTo(), request.correlationId()));
    if (forgotten != null) {
      forgotten.watch.cancel();
    }
  }

  /** Drops watches whose reader must have lost interest: one that died forgets nothing itself. */
  void expire(long nowNanos) {
    List<FetchWatch> expired = new ArrayList<>();
    Iterator<Waiting> each = waiting.values().iterator();
    while (each.hasNext()) {
      Waiting next = each.next();
      if (next.untilNanos - nowNanos < 0) {
        expired.add(next.watch);
        each.remove();
      }
    }
    expired.forEach(FetchWatch::cancel);
  }

  int waitingCount() {
    return waiting.size();
  }

  private record ReadKey(Address<LoopMail> replyTo, long correlationId) {}

  private record Waiting(FetchWatch watch, long untilNanos) {}
}
