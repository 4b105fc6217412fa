package io.millrace.verticle;

import io.millrace.bus.Admission;
import io.millrace.bus.BusLimits;
import io.millrace.bus.BusPartitionClient;
import io.millrace.bus.ImagePublisher;
import io.millrace.bus.LatestImage;
import io.millrace.bus.LoopBus;
import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.cluster.BusNode;
import io.millrace.cluster.HostPort;
import io.millrace.log.segment.LogLimits;
import io.millrace.metrics.MicrometerMetrics;
import io.millrace.model.Acks;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.ClusterImage;
import io.millrace.replication.IsrProposal;
import io.millrace.testing.TestLoop;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node of several, each with real shards and a real bus to the others. */
final class ReplicaNode implements AutoCloseable {
  static final long BROKER_EPOCH = 5;
  private static final int SHARDS = 2;

  final NodeId self;
  final SegmentedLogs logs;
  final List<IsrProposal> proposals = new CopyOnWriteArrayList<>();
  private final MicrometerMetrics metrics = new MicrometerMetrics(1, 1_000);
  private final BusNode bus;
  private final Vertx vertx;
  private final TestLoop loop;
  private final List<String> deployments = new ArrayList<>();
  private final List<Admission> admissions = new ArrayList<>();
  private final LatestImage latest = new LatestImage();
  private final LoopBus loopBus;
  private final BusPartitionClient client;
  private final ImagePublisher publisher;

  /**
   * @param seeds where others are found
   */
  ReplicaNode(int id, Path directory, List<HostPort> seeds, Map<String, String> brokerSettings) {
    self = new NodeId(id);
    bus = new BusNode(id, 1, seeds, Map.of());
    vertx = bus.vertx();
    loop = new TestLoop(vertx);
    logs = new SegmentedLogs(directory.resolve("node-" + id), LogLimits.DEFAULTS);
    SettingValues settings = BrokerSettings.of(brokerSettings);
    BusLimits limits = BusLimits.of(settings);
    ReplicationParts parts =
        new ReplicationParts(
            () -> true, () -> BROKER_EPOCH, (proposal, whenRefused) -> proposals.add(proposal));
    for (ShardEnvironment shard :
        TestNode.shards(SHARDS, self, bus.bus(), logs, settings, metrics, parts)) {
      admissions.add(limits.newAdmission());
      deployments.add(TestNode.get(vertx.deployVerticle(new LogVerticle(shard))));
    }
    deployments.add(
        TestNode.get(vertx.deployVerticle(new ReplicationVerticle(bus.bus(), self, SHARDS))));
    loopBus = call(() -> LoopBus.open(vertx, bus.bus(), TimeSource.SYSTEM, limits));
    client = call(() -> new BusPartitionClient(loopBus, admissions, () -> latest.get().version()));
    publisher = call(() -> new ImagePublisher(loopBus, latest, SHARDS, 20_000));
  }

  /** Waits until the nodes know where each other is. */
  static void introduce(ReplicaNode one, ReplicaNode other) {
    BusNode.until(() -> one.bus.node().routes().hasRoute(other.self.toString()));
    BusNode.until(() -> other.bus.node().routes().hasRoute(one.self.toString()));
  }

  HostPort discovery() {
    return bus.discovery();
  }

  /** From now on nothing that this node sends comes through to others; or does again. */
  void setReachesOthers(boolean reaches) {
    bus.setReachesOthers(reaches);
  }

  /** What its meters say. */
  String scrape() {
    return metrics.scrape();
  }

  void publish(ClusterImage image) {
    TestNode.get(call(() -> publisher.publish(image)));
  }

  CompletableFuture<ProduceReply.Result> produce(
      PartitionId partition, Acks acks, ByteBuffer batch) {
    ProduceRequest.Entry entry =
        new ProduceRequest.Entry(partition, new OwnedBuffer(Unpooled.copiedBuffer(batch)));
    CompletableFuture<ProduceReply.Result> result = new CompletableFuture<>();
    call(
        () -> {
          client.produce(
              new ProduceRequest(
                  List.of(entry), acks, latest.get().version(), TestNode.inMs(20_000)),
              reply -> result.complete(reply.results().get(0)));
          return true;
        });
    return result;
  }

  private <T> T call(Callable<T> code) {
    return loop.call(code);
  }

  @Override
  public void close() {
    deployments.forEach(id -> TestNode.get(vertx.undeploy(id)));
    call(
        () -> {
          loopBus.close();
          return true;
        });
    bus.close();
    metrics.close();
  }
}
