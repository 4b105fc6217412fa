package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.Function;

/** Descriptions of logs, asked of their shards and gathered again. */
final class DescribeLogsCall {
  private final ShardPorts ports;
  private final List<ShardSplit<PartitionId>> splits;
  private final Gathered<LogsReply.Result> results;
  private final long imageVersion;
  private final long deadlineNanos;
  private final Promise<LogsReply> promise;

  DescribeLogsCall(
      List<PartitionId> partitions,
      ShardPorts ports,
      long imageVersion,
      long deadlineNanos,
      Promise<LogsReply> promise) {
    this.ports = ports;
    this.splits = ShardSplit.of(partitions, Function.identity(), ports);
    this.results = new Gathered<>(partitions.size(), splits.size());
    this.imageVersion = imageVersion;
    this.deadlineNanos = deadlineNanos;
    this.promise = promise;
  }

  void start(LoopBus loop) {
    if (splits.isEmpty()) {
      promise.complete(new LogsReply(List.of()));
      return;
    }
    for (ShardSplit<PartitionId> split : splits) {
      new Part(loop, ports.port(split.port()), split).send();
    }
  }

  private void gather(ShardSplit<PartitionId> split, List<LogsReply.Result> part) {
    if (results.add(split, part)) {
      promise.complete(new LogsReply(results.all()));
    }
  }

  private final class Part extends ShardCall {
    private final ShardSplit<PartitionId> split;

    Part(LoopBus loop, ShardPort port, ShardSplit<PartitionId> split) {
      super(loop, port, 0, deadlineNanos);
      this.split = split;
    }

    void send() {
      send(
          id ->
              new ShardRequest.DescribeLogs(
                  id, replyTo(), split.entries(), imageVersion, deadlineNanos));
    }

    @Override
    void replied(BusReply reply) {
      end();
      gather(split, ((ShardReply.LogsDescribed) reply).results());
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
          split.entries().stream().map(e -> LogsReply.Result.failed(error, reason)).toList());
    }
  }
}
