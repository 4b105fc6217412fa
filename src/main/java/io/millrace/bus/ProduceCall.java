package io.millrace.bus;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A produce request scattered over shards and gathered again. */
final class ProduceCall {
  private static final ProduceReply.Result HANDED_OVER =
      new ProduceReply.Result(ErrorCode.NONE, "", -1, -1, -1, -1);

  private final ProduceRequest request;
  private final List<ShardSplit<ProduceRequest.Entry>> splits;
  private final Gathered<ProduceReply.Result> results;
  private @Nullable Consumer<ProduceReply> whenDone;

  ProduceCall(ProduceRequest request, int shards, Consumer<ProduceReply> whenDone) {
    this.request = request;
    this.splits = ShardSplit.of(request.entries(), ProduceRequest.Entry::partition, shards);
    this.results = new Gathered<>(request.entries().size(), splits.size());
    this.whenDone = whenDone;
  }

  void start(LoopBus loop, List<ShardPort> shards) {
    if (request.entries().isEmpty()) {
      answer(List.of());
      return;
    }
    for (ShardSplit<ProduceRequest.Entry> split : splits) {
      new Part(loop, shards.get(split.shard()), split).send();
    }
    if (request.acks() == Acks.NONE) {
      answer(Collections.nCopies(request.entries().size(), HANDED_OVER));
    }
  }

  private void gather(ShardSplit<ProduceRequest.Entry> split, List<ProduceReply.Result> part) {
    if (results.add(split, part)) {
      answer(results.all());
    }
  }

  private void answer(List<ProduceReply.Result> all) {
    Consumer<ProduceReply> callback = whenDone;
    whenDone = null;
    if (callback != null) {
      callback.accept(new ProduceReply(all));
    }
  }

  private static long sizeBytes(ShardSplit<ProduceRequest.Entry> split) {
    long sum = 0;
    for (ProduceRequest.Entry entry : split.entries()) {
      sum += entry.batch().sizeBytes();
    }
    return sum;
  }

  private final class Part extends ShardCall {
    private final ShardSplit<ProduceRequest.Entry> split;

    Part(LoopBus loop, ShardPort port, ShardSplit<ProduceRequest.Entry> split) {
      super(loop, port, sizeBytes(split), request.deadlineNanos());
      this.split = split;
    }

    void send() {
      send(
          id ->
              new ShardRequest.Append(
                  id,
                  loop.address(),
                  request.acks(),
                  split.entries(),
                  request.imageVersion(),
                  request.deadlineNanos()));
    }

    @Override
    void replied(BusReply reply) {
      end();
      gather(split, ((ShardReply.Appended) reply).results());
    }

    @Override
    void timedOut() {
      abandon();
      gather(split, split.entries().stream().map(Part::giveUp).toList());
    }

    @Override
    void refused(ErrorCode error, String reason) {
      split.entries().forEach(entry -> entry.batch().cancel());
      gather(split, split.entries().stream().map(e -> failed(error, reason)).toList());
    }

    /** Whoever wins the buffer knows: cancelled, it was never read; taken, it may be written. */
    private static ProduceReply.Result giveUp(ProduceRequest.Entry entry) {
      return entry.batch().cancel()
          ? failed(
              ErrorCode.REQUEST_TIMED_OUT,
              "the log shard did not take the batch before the deadline; nothing was written")
          : failed(ErrorCode.UNKNOWN_OUTCOME, ErrorCode.UNKNOWN_OUTCOME.sentence());
    }

    private static ProduceReply.Result failed(ErrorCode error, String reason) {
      return ProduceReply.Result.failed(error, reason);
    }
  }
}
