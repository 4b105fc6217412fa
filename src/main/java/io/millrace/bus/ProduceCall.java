package io.millrace.bus;

import io.millrace.model.Acks;
import io.millrace.model.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A produce request scattered over shards and gathered again. */
final class ProduceCall {
  private static final ProduceReply.Result HANDED_OVER =
      new ProduceReply.Result(ErrorCode.NONE, "", -1, -1, -1, -1);

  private final ProduceRequest request;
  private final ShardPorts ports;
  private final List<ShardSplit<ProduceRequest.Entry>> splits;
  private final Gathered<ProduceReply.Result> results;
  private final List<Part> remote = new ArrayList<>();
  private @Nullable Consumer<ProduceReply> whenDone;
  private @Nullable Set<ProduceCall> among;

  ProduceCall(ProduceRequest request, ShardPorts ports, Consumer<ProduceReply> whenDone) {
    this.request = request;
    this.ports = ports;
    this.splits = ShardSplit.of(request.entries(), ProduceRequest.Entry::partition, ports);
    this.results = new Gathered<>(request.entries().size(), splits.size());
    this.whenDone = whenDone;
  }

  /**
   * Sends it on its way.
   *
   * @param waiting holds it for as long as another node's answer is waited for
   */
  void start(LoopBus loop, Set<ProduceCall> waiting) {
    if (request.entries().isEmpty()) {
      answer(List.of());
      return;
    }
    for (ShardSplit<ProduceRequest.Entry> split : splits) {
      Part part = new Part(loop, ports.port(split.port()), split);
      if (part.port.remote()) {
        remote.add(part);
      }
      part.send();
    }
    if (whenDone != null && !remote.isEmpty()) {
      waiting.add(this);
      among = waiting;
    }
    if (request.acks() == Acks.NONE) {
      answer(Collections.nCopies(request.entries().size(), HANDED_OVER));
    }
  }

  /** A partition that has another leader by now: what the old one made of it may never be known. */
  void onImage() {
    for (Part part : List.copyOf(remote)) {
      part.onImage();
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
    if (among != null) {
      among.remove(this);
    }
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
                  replyTo(),
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

    @Override
    void lost(boolean mayHaveLeft) {
      gather(split, split.entries().stream().map(Part::broken).toList());
    }

    void onImage() {
      boolean moved =
          split.entries().stream().anyMatch(e -> ports.portOf(e.partition()) != split.port());
      if (moved && !isAnswered()) {
        abandon();
        gather(split, split.entries().stream().map(Part::broken).toList());
      }
    }

    private static ProduceReply.Result broken(ProduceRequest.Entry entry) {
      return entry.batch().cancel() || entry.batch().isCancelled()
          ? failed(
              ErrorCode.NOT_LEADER_OR_FOLLOWER,
              "the batch did not reach the node that led the partition; send it again")
          : failed(ErrorCode.UNKNOWN_OUTCOME, ErrorCode.UNKNOWN_OUTCOME.sentence());
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
