package io.millrace.verticle;

import io.millrace.bus.Admission;
import io.millrace.bus.BusLimits;
import io.millrace.bus.BusPartitionClient;
import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.ImagePublisher;
import io.millrace.bus.LatestImage;
import io.millrace.bus.LoopBus;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.bus.TypedBus;
import io.millrace.log.compaction.NodeCompaction;
import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.Metrics;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.partition.PartitionLogs;
import io.millrace.testing.TestLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** A node's log without endpoints: shards, a client on a loop of its own, images by hand. */
final class TestNode implements AutoCloseable {
  static final long FAR_MS = 60_000;
  static final NodeId SELF = new NodeId(0);

  final Vertx vertx;
  final TypedBus bus;
  final NodeId self;
  final LatestImage latest = new LatestImage();
  final List<Admission> admissions = new ArrayList<>();
  private final List<ByteBuf> buffers = new CopyOnWriteArrayList<>();
  private final List<String> deployments = new ArrayList<>();
  private final TestLoop clientLoop;
  final LoopBus loopBus;
  final PartitionClient client;
  private final ImagePublisher publisher;
  private long version;
  private List<TopicImage> topics = List.of();

  TestNode(int loops, int shards, PartitionLogs logs, Map<String, String> brokerSettings) {
    this(Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops)), shards, logs, brokerSettings);
  }

  private TestNode(
      Vertx vertx, int shards, PartitionLogs logs, Map<String, String> brokerSettings) {
    this(vertx, new TypedBus(vertx), SELF, shards, logs, brokerSettings);
  }

  /** A node on a bus that others are on too; its client goes to whoever leads. */
  TestNode(
      Vertx vertx,
      TypedBus bus,
      NodeId self,
      int shards,
      PartitionLogs logs,
      Map<String, String> brokerSettings) {
    this.vertx = vertx;
    this.bus = bus;
    this.self = self;
    clientLoop = new TestLoop(vertx);
    SettingValues settings = BrokerSettings.of(brokerSettings);
    BusLimits limits = BusLimits.of(settings);
    for (ShardEnvironment shard :
        shards(shards, self, bus, logs, settings, Metrics.NONE, ReplicationParts.ALONE)) {
      admissions.add(limits.newAdmission());
      deployments.add(get(vertx.deployVerticle(new LogVerticle(shard))));
    }
    loopBus = call(() -> LoopBus.open(vertx, bus, TimeSource.SYSTEM, limits));
    client = call(() -> BusPartitionClient.ofCluster(loopBus, admissions, self, latest));
    publisher = call(() -> new ImagePublisher(loopBus, latest, shards, 20_000));
  }

  /** What the shards of a node are made of. */
  static List<ShardEnvironment> shards(
      int count,
      NodeId self,
      TypedBus bus,
      PartitionLogs logs,
      SettingValues settings,
      Metrics metrics,
      ReplicationParts replication) {
    TopicMeters meters = new TopicMeters(metrics);
    NodeCompaction compaction = new NodeCompaction(settings, metrics, () -> 1);
    return IntStream.range(0, count)
        .mapToObj(
            shard ->
                new ShardEnvironment(
                    shard,
                    count,
                    self,
                    bus,
                    logs,
                    settings,
                    TimeSource.SYSTEM,
                    metrics,
                    meters,
                    compaction,
                    replication))
        .toList();
  }

  static <T> T get(Future<T> future) {
    return get(future.toCompletionStage().toCompletableFuture());
  }

  static <T> T get(CompletableFuture<T> future) {
    return TestLoop.get(future);
  }

  /** Runs this on the client's loop and waits. */
  <T> T call(Callable<T> code) {
    return clientLoop.call(code);
  }

  static TopicImage topic(String name, long id, int partitions, Map<String, String> settings) {
    List<PartitionImage> images =
        IntStream.range(0, partitions)
            .mapToObj(
                p -> new PartitionImage(p, Optional.of(SELF), 1, 0, List.of(SELF), List.of(SELF)))
            .toList();
    return new TopicImage(
        new TopicId(7, id), new TopicName(name), images, TopicSettings.of(settings));
  }

  /** Publishes an image of these topics; the future completes when the shards follow it. */
  Future<Void> publish(TopicImage... now) {
    topics = List.of(now);
    version++;
    ClusterImage image = new ClusterImage(version, "c", List.of(), topics);
    return call(() -> publisher.publish(image));
  }

  long version() {
    return version;
  }

  CompletableFuture<ProduceReply> produce(
      Acks acks, long timeoutMs, long imageVersion, PartitionId[] partitions, ByteBuffer batch) {
    List<ProduceRequest.Entry> entries = new ArrayList<>();
    for (PartitionId partition : partitions) {
      ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer();
      buffer.writeBytes(batch.duplicate());
      buffers.add(buffer);
      entries.add(new ProduceRequest.Entry(partition, new OwnedBuffer(buffer)));
    }
    CompletableFuture<ProduceReply> reply = new CompletableFuture<>();
    call(
        () -> {
          client.produce(
              new ProduceRequest(entries, acks, imageVersion, inMs(timeoutMs)), reply::complete);
          return true;
        });
    return reply;
  }

  /** Appends under a condition. */
  ProduceReply.Result produce(PartitionId partition, ByteBuffer batch, AppendCondition condition) {
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer();
    buffer.writeBytes(batch.duplicate());
    buffers.add(buffer);
    ProduceRequest.Entry entry =
        new ProduceRequest.Entry(partition, new OwnedBuffer(buffer), Optional.of(condition));
    CompletableFuture<ProduceReply> reply = new CompletableFuture<>();
    call(
        () -> {
          client.produce(
              new ProduceRequest(List.of(entry), Acks.ALL, version, inMs(FAR_MS)), reply::complete);
          return true;
        });
    return get(reply).results().get(0);
  }

  ProduceReply.Result produce(PartitionId partition, ByteBuffer batch) {
    PartitionId[] only = {partition};
    return get(produce(Acks.ALL, FAR_MS, version, only, batch)).results().get(0);
  }

  CompletableFuture<FetchReply> fetch(
      int minBytes, long timeoutMs, long offset, PartitionId... partitions) {
    List<FetchRequest.Entry> entries =
        List.of(partitions).stream()
            .map(p -> new FetchRequest.Entry(p, offset, -1, 1_000_000))
            .toList();
    CompletableFuture<FetchReply> reply = new CompletableFuture<>();
    call(
        () ->
            client.fetch(
                new FetchRequest(entries, minBytes, 1_000_000, version, inMs(timeoutMs)),
                reply::complete));
    return reply;
  }

  OffsetsReply.Result offset(PartitionId partition, long timestampMs) {
    return offset(new OffsetsRequest.Entry(partition, timestampMs));
  }

  OffsetsReply.Result endOfEpoch(PartitionId partition, int leaderEpoch) {
    return offset(new OffsetsRequest.Entry(partition, OffsetsRequest.END_OF_EPOCH, leaderEpoch));
  }

  Future<OffsetsReply> latest(PartitionId partition, long timeoutMs) {
    OffsetsRequest.Entry entry = new OffsetsRequest.Entry(partition, OffsetsRequest.LATEST);
    return call(() -> client.offsets(new OffsetsRequest(List.of(entry), version, inMs(timeoutMs))));
  }

  private OffsetsReply.Result offset(OffsetsRequest.Entry entry) {
    return get(call(
            () -> client.offsets(new OffsetsRequest(List.of(entry), version, inMs(FAR_MS)))))
        .results()
        .get(0);
  }

  Future<Long> deleteRecords(PartitionId partition, long beforeOffset) {
    return call(() -> client.deleteRecords(partition, beforeOffset, inMs(FAR_MS)));
  }

  static long inMs(long ms) {
    return TimeSource.SYSTEM.monotonicNanos() + ms * 1_000_000;
  }

  void undeploy() {
    deployments.forEach(id -> get(vertx.undeploy(id)));
    deployments.clear();
  }

  /** Fails if a buffer was not released. */
  @Override
  public void close() {
    undeploy();
    call(
        () -> {
          loopBus.close();
          return true;
        });
    get(vertx.close());
    for (ByteBuf buffer : buffers) {
      if (buffer.refCnt() != 0) {
        throw new AssertionError("a batch was never released");
      }
    }
  }
}
