package io.millrace.bus;

import io.millrace.model.PartitionId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The partitions of this node, over the event bus.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class BusPartitionClient implements PartitionClient {
  private final LoopBus loop;
  private final List<ShardPort> shards;
  private final LongSupplier imageVersion;

  /**
   * A client for all shards.
   *
   * @param admissions one per shard, shared by the clients of all loops
   * @param imageVersion of the newest image that this node follows, for requests that name none
   */
  public BusPartitionClient(LoopBus loop, List<Admission> admissions, LongSupplier imageVersion) {
    this.loop = loop;
    this.imageVersion = imageVersion;
    List<ShardPort> ports = new ArrayList<>(admissions.size());
    for (int shard = 0; shard < admissions.size(); shard++) {
      ports.add(
          new ShardPort(shard, loop.bus().sender(Addresses.shard(shard)), admissions.get(shard)));
    }
    this.shards = List.copyOf(ports);
  }

  @Override
  public void produce(ProduceRequest request, Consumer<ProduceReply> whenDone) {
    new ProduceCall(request, shards.size(), whenDone).start(loop, shards);
  }

  @Override
  public Waiting fetch(FetchRequest request, Consumer<FetchReply> whenDone) {
    FetchCall call = new FetchCall(loop, shards, request, whenDone);
    call.nextRound();
    return call;
  }

  @Override
  public Future<OffsetsReply> offsets(OffsetsRequest request) {
    Promise<OffsetsReply> promise = Promise.promise();
    new OffsetsCall(request, shards.size(), promise).start(loop, shards);
    return promise.future();
  }

  @Override
  public Future<Long> deleteRecords(PartitionId partition, long beforeOffset, long deadlineNanos) {
    Promise<Long> promise = Promise.promise();
    ShardPort port = shards.get(partition.shard(shards.size()));
    new DeleteRecordsCall(loop, port, deadlineNanos, promise)
        .send(partition, beforeOffset, imageVersion.getAsLong());
    return promise.future();
  }

  @Override
  public Future<LogsReply> describeLogs(List<PartitionId> partitions, long deadlineNanos) {
    Promise<LogsReply> promise = Promise.promise();
    new DescribeLogsCall(
            List.copyOf(partitions),
            shards.size(),
            imageVersion.getAsLong(),
            deadlineNanos,
            promise)
        .start(loop, shards);
    return promise.future();
  }
}
