package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Partitions, over the event bus: those of this node, or those of the cluster.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class BusPartitionClient implements PartitionClient {
  private static final int RETRY_MS = 100;
  private static final Set<ErrorCode> LEADER_CHANGES =
      EnumSet.of(
          ErrorCode.NOT_LEADER_OR_FOLLOWER,
          ErrorCode.LEADER_NOT_AVAILABLE,
          ErrorCode.OFFSET_NOT_AVAILABLE);

  private final LoopBus loop;
  private final ShardPorts ports;
  private final boolean patient;
  private final LongSupplier imageVersion;
  private final Set<FetchCall> fetches = new LinkedHashSet<>();
  private final Set<ProduceCall> produces = new LinkedHashSet<>();

  /**
   * A client for the shards of this node.
   *
   * @param admissions one per shard, shared by the clients of all loops
   * @param imageVersion of the newest image that this node follows, for requests that name none
   */
  public BusPartitionClient(LoopBus loop, List<Admission> admissions, LongSupplier imageVersion) {
    this(loop, new LocalShards(loop.bus(), admissions), imageVersion, false);
  }

  private BusPartitionClient(
      LoopBus loop, ShardPorts ports, LongSupplier imageVersion, boolean patient) {
    this.loop = loop;
    this.patient = patient;
    this.ports = ports;
    this.imageVersion = imageVersion;
  }

  /**
   * A client for the partitions of all nodes; of this node alone if the bus is not a cluster's.
   *
   * @param admissions one per shard of this node, shared by the clients of all loops
   */
  public static BusPartitionClient ofCluster(
      LoopBus loop, List<Admission> admissions, NodeId self, LatestImage latest) {
    return following(loop, admissions, self, latest, false);
  }

  /**
   * A client for the partitions that this node leads: all others are refused as led elsewhere.
   *
   * @param admissions one per shard of this node, shared by the clients of all loops
   */
  public static BusPartitionClient ofLeader(
      LoopBus loop, List<Admission> admissions, NodeId self, LatestImage latest) {
    return following(loop, admissions, self, latest, true);
  }

  private static BusPartitionClient following(
      LoopBus loop,
      List<Admission> admissions,
      NodeId self,
      LatestImage latest,
      boolean localOnly) {
    LocalShards local = new LocalShards(loop.bus(), admissions);
    LongSupplier version = () -> latest.get().version();
    if (loop.bus().selfKey().isEmpty()) {
      return new BusPartitionClient(loop, local, version, false);
    }
    ShardPorts leading = new LeadingShards(loop.bus(), local, self, latest::get, localOnly);
    BusPartitionClient client = new BusPartitionClient(loop, leading, version, !localOnly);
    loop.onImage(changed -> client.onImage());
    return client;
  }

  private void onImage() {
    List.copyOf(fetches).forEach(FetchCall::onImage);
    List.copyOf(produces).forEach(ProduceCall::onImage);
  }

  @Override
  public void produce(ProduceRequest request, Consumer<ProduceReply> whenDone) {
    ProduceCall call = new ProduceCall(request, ports, whenDone);
    call.start(loop, produces);
  }

  @Override
  public Waiting fetch(FetchRequest request, Consumer<FetchReply> whenDone) {
    FetchCall call = new FetchCall(loop, ports, request, whenDone);
    call.start(fetches);
    return call;
  }

  @Override
  public Future<OffsetsReply> offsets(OffsetsRequest request) {
    Promise<OffsetsReply> promise = Promise.promise();
    new OffsetsCall(request, ports, promise).start(loop);
    return patient ? promise.future().compose(reply -> again(request, reply)) : promise.future();
  }

  /** Asks once more, for as long as there is time, where a partition's leader changes. */
  private Future<OffsetsReply> again(OffsetsRequest request, OffsetsReply reply) {
    boolean passes =
        reply.results().stream().map(OffsetsReply.Result::error).anyMatch(LEADER_CHANGES::contains);
    long retryNanos = loop.nowNanos() + TimeUnit.MILLISECONDS.toNanos(RETRY_MS);
    if (!passes || loop.isClosed() || request.deadlineNanos() - retryNanos < 0) {
      return Future.succeededFuture(reply);
    }
    return loop.later(RETRY_MS).compose(now -> offsets(request));
  }

  @Override
  public Future<Long> deleteRecords(PartitionId partition, long beforeOffset, long deadlineNanos) {
    Promise<Long> promise = Promise.promise();
    ShardPort port = ports.port(ports.portOf(partition));
    new DeleteRecordsCall(loop, port, deadlineNanos, promise)
        .send(partition, beforeOffset, imageVersion.getAsLong());
    return promise.future();
  }

  @Override
  public Future<LogsReply> describeLogs(List<PartitionId> partitions, long deadlineNanos) {
    Promise<LogsReply> promise = Promise.promise();
    new DescribeLogsCall(
            List.copyOf(partitions), ports, imageVersion.getAsLong(), deadlineNanos, promise)
        .start(loop);
    return promise.future();
  }
}
