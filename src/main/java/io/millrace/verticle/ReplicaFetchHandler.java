package io.millrace.verticle;

import io.millrace.bus.ReplicaFetchReply;
import io.millrace.bus.ReplicaFetchRequest;
import io.millrace.log.ReadOutcome;
import io.millrace.model.ErrorCode;
import io.millrace.model.TimeSource;
import io.millrace.partition.FetchWatch;
import io.millrace.partition.ReplicaRead;
import io.millrace.record.RecordSlice;
import io.millrace.replication.EpochEnd;
import io.millrace.replication.ReplicaAnswer;
import io.millrace.replication.ReplicaFetch;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Answers followers. A fetch that finds neither records, nor an error, nor a high watermark that
 * the follower does not know waits: it is an entry here and at its partitions, woken by the next
 * append or commit, and answered empty when its time is over.
 *
 * <p>Threading: the shard's thread.
 */
final class ReplicaFetchHandler {
  private final ShardPartitions partitions;
  private final Tasks tasks;
  private final Outbox outbox;
  private final TimeSource time;
  private final ReadHandler.Afterwards afterwards;
  private final Set<Pass> waiting = new LinkedHashSet<>();

  ReplicaFetchHandler(
      ShardPartitions partitions,
      Tasks tasks,
      Outbox outbox,
      TimeSource time,
      ReadHandler.Afterwards afterwards) {
    this.partitions = partitions;
    this.tasks = tasks;
    this.outbox = outbox;
    this.time = time;
    this.afterwards = afterwards;
  }

  void handle(ReplicaFetchRequest request) {
    new Pass(request, time.monotonicNanos(), true).run();
  }

  /** Answers those whose time is over. */
  void expire() {
    if (waiting.isEmpty()) {
      return;
    }
    long now = time.monotonicNanos();
    for (Pass pass : List.copyOf(waiting)) {
      if (now - pass.request.waitUntilNanos() >= 0) {
        waiting.remove(pass);
        pass.again(false);
      }
    }
  }

  int waitingCount() {
    return waiting.size();
  }

  /** One look at all partitions of a request, in order; goes on later where the disk is read. */
  private final class Pass {
    private final ReplicaFetchRequest request;
    private final long begunNanos;
    private final boolean mayWait;
    private final List<ReplicaFetchReply.Result> results = new ArrayList<>();
    private Optional<FetchWatch> watch = Optional.empty();
    private long sizeBytes;
    private boolean hasNews;

    Pass(ReplicaFetchRequest request, long begunNanos, boolean mayWait) {
      this.request = request;
      this.begunNanos = begunNanos;
      this.mayWait = mayWait;
    }

    void run() {
      while (results.size() < request.entries().size()) {
        if (!readNext(request.entries().get(results.size()))) {
          return;
        }
      }
      long now = time.monotonicNanos();
      if (hasNews || !mayWait || now - request.waitUntilNanos() >= 0) {
        int heldMs = (int) ((now - begunNanos) / 1_000_000);
        outbox.reply(
            request.replyTo(),
            new ReplicaFetchReply(request.correlationId(), mayWait ? 0 : heldMs, results));
      } else {
        waitForNews();
      }
    }

    private void waitForNews() {
      FetchWatch news =
          new FetchWatch(
              1,
              () -> {
                waiting.remove(this);
                // After the event: several appends of one event wake a follower once.
                afterwards.run(() -> again(false));
              });
      watch = Optional.of(news);
      waiting.add(this);
      for (ReplicaFetchRequest.Entry entry : request.entries()) {
        partitions
            .get(entry.partition())
            .ifPresent(hosted -> news.watchAsReplica(hosted.partition()));
      }
    }

    private void again(boolean thenWait) {
      watch.ifPresent(FetchWatch::cancel);
      new Pass(request, begunNanos, thenWait).run();
    }

    /** False if it goes on later. */
    private boolean readNext(ReplicaFetchRequest.Entry entry) {
      HostedPartition hosted = partitions.get(entry.partition()).orElse(null);
      if (hosted == null) {
        Refusal refusal = Refusal.of(partitions, entry.partition());
        add(
            ReplicaFetchReply.Result.failed(
                entry.partition(), refusal.error(), refusal.reason(), entry.fetchOffset()));
        return true;
      }
      ReplicaFetch fetch =
          new ReplicaFetch(
              entry.leaderEpoch(),
              entry.fetchOffset(),
              entry.durableOffset(),
              entry.lastFetchedEpoch(),
              entry.highWatermark());
      int most = (int) Math.max(sizeBytes == 0 ? 1 : 0, request.maxBytes() - sizeBytes);
      ReplicaRead read =
          hosted
              .partition()
              .replication()
              .onReplicaFetch(request.replica(), request.brokerEpoch(), fetch, most);
      if (read.batches() instanceof ReadOutcome.Cold cold) {
        readCold(hosted, entry, read.answer(), cold);
        return false;
      }
      take(hosted, entry, read.answer(), read.batches());
      return true;
    }

    private void readCold(
        HostedPartition hosted,
        ReplicaFetchRequest.Entry entry,
        ReplicaAnswer answer,
        ReadOutcome.Cold cold) {
      hasNews = true; // Meanwhile the partitions before it may get some, unwatched.
      if (!tasks.hasRoom(Tasks.Pool.READ)) {
        fail(entry, ErrorCode.THROTTLED, "too many reads wait for the disk (log.read.queue.max)");
        run();
        return;
      }
      tasks.run(
          Tasks.Pool.READ,
          cold.task(),
          outcome -> {
            take(hosted, entry, answer, outcome);
            run();
          },
          failure -> {
            fail(entry, ErrorCode.STORAGE_ERROR, "the records could not be read from the disk");
            run();
          });
    }

    private void fail(ReplicaFetchRequest.Entry entry, ErrorCode error, String reason) {
      add(ReplicaFetchReply.Result.failed(entry.partition(), error, reason, entry.fetchOffset()));
    }

    private void take(
        HostedPartition hosted,
        ReplicaFetchRequest.Entry entry,
        ReplicaAnswer answer,
        ReadOutcome batches) {
      if (batches instanceof ReadOutcome.Damaged damaged) {
        hosted.partition().checkHealth();
        fail(entry, ErrorCode.STORAGE_ERROR, damaged.reason());
        return;
      }
      Optional<RecordSlice> slice = Optional.empty();
      if (batches instanceof ReadOutcome.Batches found) {
        boolean fits =
            sizeBytes == 0 || sizeBytes + found.slice().sizeBytes() <= request.maxBytes();
        if (fits) {
          slice = Optional.of(found.slice());
          sizeBytes += found.slice().sizeBytes();
        } else {
          found.slice().release();
        }
        hasNews = true;
      }
      hasNews |= answer.highWatermark() > entry.highWatermark();
      add(result(entry, answer, slice));
    }

    private void add(ReplicaFetchReply.Result result) {
      hasNews |=
          result.error() != ErrorCode.NONE
              || result.divergingEndOffset() != ReplicaFetchReply.NOT_DIVERGING;
      results.add(result);
    }
  }

  private static ReplicaFetchReply.Result result(
      ReplicaFetchRequest.Entry entry, ReplicaAnswer answer, Optional<RecordSlice> slice) {
    return new ReplicaFetchReply.Result(
        entry.partition(),
        answer.error(),
        answer.reason(),
        answer.leaderEpoch(),
        answer.fetchOffset(),
        answer.highWatermark(),
        answer.logStartOffset(),
        answer.diverging().map(EpochEnd::epoch).orElse(-1),
        answer.diverging().map(EpochEnd::endOffset).orElse(ReplicaFetchReply.NOT_DIVERGING),
        slice);
  }
}
