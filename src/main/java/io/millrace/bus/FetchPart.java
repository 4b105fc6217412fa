package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One shard's part in one round of a fetch. */
final class FetchPart extends ShardCall {
  private final FetchCall fetch;
  private final ShardSplit<FetchRequest.Entry> split;
  private List<FetchReply.Result> results = List.of();
  private boolean gathered;
  private boolean watching;
  private boolean news;
  private boolean dropped;

  FetchPart(
      LoopBus loop,
      ShardPort port,
      FetchCall fetch,
      ShardSplit<FetchRequest.Entry> split,
      long deadlineNanos) {
    super(loop, port, 0, deadlineNanos);
    this.fetch = fetch;
    this.split = split;
  }

  void read(FetchRequest request, ShardRequest.WaitFor waitFor) {
    send(
        id ->
            new ShardRequest.Read(
                id,
                replyTo(),
                split.entries(),
                request.maxBytes(),
                waitFor,
                request.imageVersion(),
                deadlineNanos()));
  }

  boolean isWatching() {
    return watching;
  }

  /** Whether the shard woke this fetch before the other shards had answered. */
  boolean hasNews() {
    return news;
  }

  boolean isFailed() {
    return results.stream().anyMatch(result -> result.error() != ErrorCode.NONE);
  }

  long sizeBytes() {
    long sum = 0;
    for (FetchReply.Result result : results) {
      sum += FetchCall.sizeBytes(result);
    }
    return sum;
  }

  /** Nothing more to do until news or this time; slices are let go, a wait may be long. */
  void waitUntil(long deadlineNanos) {
    releaseSlices();
    moveDeadline(deadlineNanos);
  }

  /** Gives the results to the fetch's answer. */
  void handOver(FetchReply.@Nullable Result[] all) {
    for (int i = 0; i < results.size(); i++) {
      all[split.position(i)] = results.get(i);
    }
    results = List.of();
  }

  /** The fetch goes on without this part; what comes for it later is given back. */
  void drop() {
    if (dropped) {
      return;
    }
    dropped = true;
    releaseSlices();
    if (watching) {
      watching = false;
      forgetAtShard();
      end();
    } else {
      if (port.remote() && !isAnswered()) {
        forgetAtShard();
      }
      abandon();
    }
  }

  private void forgetAtShard() {
    port.sender()
        .send(
            new ShardRequest.Forget(
                correlationId(), replyTo(), 0, loop.nowNanos() + Long.MAX_VALUE / 2));
  }

  private void releaseSlices() {
    results.forEach(result -> result.slice().ifPresent(RecordSlice::release));
    results = List.of();
  }

  @Override
  void replied(BusReply reply) {
    if (reply instanceof ShardReply.ReadDone done) {
      releaseSlices();
      results = done.results();
      watching = done.watching();
      if (!watching) {
        end();
      }
      if (gathered) {
        fetch.onRead();
      } else {
        gathered = true;
        fetch.onPart();
      }
    } else {
      watching = false;
      news = true;
      end();
      fetch.onNews();
    }
  }

  @Override
  void late(BusReply reply) {
    // A shard that watches for a fetch that is gone must be told; its other replies are the last.
    if (reply instanceof ShardReply.ReadDone done && done.watching()) {
      forgetAtShard();
    }
    super.late(reply);
  }

  @Override
  void timedOut() {
    if (gathered) {
      fetch.onNews();
    } else {
      gathered = true;
      abandon();
      results = failures(ErrorCode.REQUEST_TIMED_OUT, "the log shard did not answer in time");
      fetch.onPart();
    }
  }

  @Override
  void refused(ErrorCode error, String reason) {
    gathered = true;
    results = failures(error, reason);
    fetch.onPart();
  }

  private List<FetchReply.Result> failures(ErrorCode error, String reason) {
    return split.entries().stream()
        .map(entry -> FetchReply.Result.failed(error, reason, -1, -1))
        .toList();
  }
}
