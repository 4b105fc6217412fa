package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.vertx.core.Promise;
import java.util.List;

/** A look-up of offsets scattered over shards and gathered again. */
final class OffsetsCall {
  private final OffsetsRequest request;
  private final ShardPorts ports;
  private final List<ShardSplit<OffsetsRequest.Entry>> splits;
  private final Gathered<OffsetsReply.Result> results;
  private final Promise<OffsetsReply> promise;

  OffsetsCall(OffsetsRequest request, ShardPorts ports, Promise<OffsetsReply> promise) {
    this.request = request;
    this.ports = ports;
    this.splits = ShardSplit.of(request.entries(), OffsetsRequest.Entry::partition, ports);
    this.results = new Gathered<>(request.entries().size(), splits.size());
    this.promise = promise;
  }

  void start(LoopBus loop) {
    if (request.entries().isEmpty()) {
      promise.complete(new OffsetsReply(List.of()));
      return;
    }
    for (ShardSplit<OffsetsRequest.Entry> split : splits) {
      new Part(loop, ports.port(split.port()), split).send();
    }
  }

  private void gather(ShardSplit<OffsetsRequest.Entry> split, List<OffsetsReply.Result> part) {
    if (results.add(split, part)) {
      promise.complete(new OffsetsReply(results.all()));
    }
  }

  private final class Part extends ShardCall {
    private final ShardSplit<OffsetsRequest.Entry> split;

    Part(LoopBus loop, ShardPort port, ShardSplit<OffsetsRequest.Entry> split) {
      super(loop, port, 0, request.deadlineNanos());
      this.split = split;
    }

    void send() {
      send(
          id ->
              new ShardRequest.FindOffsets(
                  id, replyTo(), split.entries(), request.imageVersion(), request.deadlineNanos()));
    }

    @Override
    void replied(BusReply reply) {
      end();
      gather(split, ((ShardReply.OffsetsFound) reply).results());
    }

    @Override
    void timedOut() {
      abandon();
      refused(ErrorCode.REQUEST_TIMED_OUT, "the log shard did not answer in time");
    }

    @Override
    void refused(ErrorCode error, String reason) {
      gather(
          split,
          split.entries().stream().map(e -> OffsetsReply.Result.failed(error, reason)).toList());
    }
  }
}
