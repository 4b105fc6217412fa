package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.record.RecordSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private final ShardPorts ports;
  private final FetchRequest request;
  private List<ShardSplit<FetchRequest.Entry>> splits;
  private long splitVersion;
  private @Nullable Consumer<FetchReply> whenDone;
  private List<FetchPart> parts = List.of();
  private int missing;
  private boolean lastRound;
  private @Nullable Set<FetchCall> among;

  FetchCall(LoopBus loop, ShardPorts ports, FetchRequest request, Consumer<FetchReply> whenDone) {
    this.loop = loop;
    this.ports = ports;
    this.request = request;
    this.whenDone = whenDone;
    this.splits = split();
  }

  /**
   * Starts the first round.
   *
   * @param waiting holds it until it is answered or cancelled, if partitions can move
   */
  void start(Set<FetchCall> waiting) {
    nextRound();
    if (whenDone != null && splitVersion > 0) {
      waiting.add(this);
      among = waiting;
    }
  }

  private void toDone() {
    whenDone = null;
    if (among != null) {
      among.remove(this);
    }
  }

  private List<ShardSplit<FetchRequest.Entry>> split() {
    splitVersion = ports.version();
    return ShardSplit.of(request.entries(), this::portOf);
  }

  private int portOf(FetchRequest.Entry entry) {
    return entry.fromFollower()
        ? ports.portOfReplica(entry.partition())
        : ports.portOf(entry.partition());
  }

  /** Starts a round; what the round before left behind is forgotten. */
  void nextRound() {
    parts.forEach(FetchPart::drop);
    if (splitVersion != ports.version()) {
      splits = split();
    }
    lastRound = request.minBytes() <= 0 || request.deadlineNanos() - loop.nowNanos() <= 0;
    missing = splits.size();
    List<FetchPart> round = new ArrayList<>(splits.size());
    for (ShardSplit<FetchRequest.Entry> split : splits) {
      round.add(new FetchPart(loop, ports.port(split.port()), this, split, hardDeadlineNanos()));
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

  /** Asks anew where partitions of this fetch have moved to another node. */
  void onImage() {
    if (whenDone == null || splitVersion == ports.version()) {
      return;
    }
    List<ShardSplit<FetchRequest.Entry>> now = split();
    if (!ShardSplit.areSame(now, splits)) {
      splits = now;
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
    toDone();
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
    toDone();
    parts.forEach(FetchPart::drop);
    parts = List.of();
  }
}
