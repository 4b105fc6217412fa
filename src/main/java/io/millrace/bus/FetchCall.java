package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fetch: rounds of reads, one read per shard. A round that finds too little leaves a watch at
 * each shard; news from any of them, or the deadline, start the next round, and the one after the
 * deadline answers with what there is.
 *
 * <p>Threading: the loop that made it.
 */
final class FetchCall implements PartitionClient.Waiting {
  private final LoopBus loop;
  private final List<ShardPort> shards;
  private final FetchRequest request;
  private final List<ShardSplit<FetchRequest.Entry>> splits;
  private @Nullable Consumer<FetchReply> whenDone;
  private List<FetchPart> parts = List.of();
  private int missing;
  private boolean lastRound;

  FetchCall(
      LoopBus loop, List<ShardPort> shards, FetchRequest request, Consumer<FetchReply> whenDone) {
    this.loop = loop;
    this.shards = shards;
    this.request = request;
    this.whenDone = whenDone;
    this.splits = ShardSplit.of(request.entries(), FetchRequest.Entry::partition, shards.size());
  }

  /** Starts a round; what the round before left behind is forgotten. */
  void nextRound() {
    parts.forEach(FetchPart::drop);
    lastRound = request.minBytes() <= 0 || request.deadlineNanos() - loop.nowNanos() <= 0;
    missing = splits.size();
    List<FetchPart> round = new ArrayList<>(splits.size());
    for (ShardSplit<FetchRequest.Entry> split : splits) {
      round.add(new FetchPart(loop, shards.get(split.shard()), this, split, hardDeadlineNanos()));
    }
    parts = round;
    if (round.isEmpty()) {
      answer();
      return;
    }
    ShardRequest.WaitFor waitFor = waitFor();
    for (FetchPart part : round) {
      // A refusal may end the fetch while the round is still being sent.
      if (whenDone != null) {
        part.read(request, waitFor);
      }
    }
  }

  private ShardRequest.WaitFor waitFor() {
    if (lastRound) {
      return ShardRequest.WaitFor.NOTHING;
    }
    int wakeBytes = Math.max(1, request.minBytes() / splits.size());
    return new ShardRequest.WaitFor(
        request.minBytes(), wakeBytes, splits.size() == 1, hardDeadlineNanos());
  }

  private long hardDeadlineNanos() {
    return request.deadlineNanos() + loop.limits().readGraceMs() * 1_000_000L;
  }

  /** One part of the round has its first answer. */
  void onPart() {
    if (--missing > 0 || whenDone == null) {
      return;
    }
    if (lastRound || isEnough()) {
      answer();
      return;
    }
    if (parts.stream().anyMatch(FetchPart::hasNews)) {
      nextRound();
      return;
    }
    if (!parts.stream().allMatch(FetchPart::isWatching)) {
      // A shard that cannot watch any more would never wake this fetch.
      answer();
      return;
    }
    parts.forEach(part -> part.waitUntil(request.deadlineNanos()));
  }

  /** News, or the deadline of the wait. */
  void onNews() {
    if (whenDone != null && missing == 0) {
      nextRound();
    }
  }

  /** The only shard has read again by itself. */
  void onRead() {
    if (whenDone != null && missing == 0) {
      answer();
    }
  }

  private boolean isEnough() {
    long sum = 0;
    for (FetchPart part : parts) {
      if (part.isFailed()) {
        return true;
      }
      sum += part.sizeBytes();
    }
    return sum >= request.minBytes();
  }

  private void answer() {
    Consumer<FetchReply> callback = whenDone;
    whenDone = null;
    FetchReply.@Nullable Result[] results = new FetchReply.Result[request.entries().size()];
    for (FetchPart part : parts) {
      part.handOver(results);
    }
    parts.forEach(FetchPart::drop);
    if (callback != null) {
      callback.accept(new FetchReply(bounded(results)));
    }
  }

  /** Keeps results in order until {@code maxBytes}; the first one with records is always kept. */
  private List<FetchReply.Result> bounded(FetchReply.@Nullable Result[] results) {
    List<FetchReply.Result> kept = new ArrayList<>(results.length);
    long sum = 0;
    for (FetchReply.Result result : results) {
      FetchReply.Result found = result == null ? unanswered() : result;
      int sizeBytes = sizeBytes(found);
      if (sum > 0 && sizeBytes > 0 && sum + sizeBytes > request.maxBytes()) {
        found = withoutRecords(found);
      } else {
        sum += sizeBytes;
      }
      kept.add(found);
    }
    return kept;
  }

  private static FetchReply.Result unanswered() {
    return FetchReply.Result.failed(
        ErrorCode.REQUEST_TIMED_OUT, "the log shard did not answer in time", -1, -1);
  }

  private static FetchReply.Result withoutRecords(FetchReply.Result result) {
    result.slice().ifPresent(RecordSlice::release);
    return new FetchReply.Result(
        result.error(),
        result.reason(),
        Optional.empty(),
        result.highWatermark(),
        result.logStartOffset(),
        result.leaderEpoch());
  }

  static int sizeBytes(FetchReply.Result result) {
    return result.slice().map(RecordSlice::sizeBytes).orElse(0);
  }

  @Override
  public void cancel() {
    whenDone = null;
    parts.forEach(FetchPart::drop);
    parts = List.of();
  }
}
