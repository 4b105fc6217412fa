package io.millrace.server;

import io.millrace.bus.Admission;
import io.millrace.bus.BusLimits;
import io.millrace.bus.TypedBus;
import io.millrace.log.compaction.NodeCompaction;
import io.millrace.log.segment.LogLimits;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.verticle.LogVerticle;
import io.millrace.verticle.ReplicationParts;
import io.millrace.verticle.ShardEnvironment;
import io.millrace.verticle.TopicMeters;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The shards of the log, one verticle each; stopped once every log is closed whole. */
final class ShardsStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(ShardsStep.class);
  private static final long START_MS = 10_000;

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final VertxStep loops;
  private final MetadataLogStep identity;
  private final Supplier<ReplicationParts> replication;
  private final List<String> deployments = new ArrayList<>();
  private final List<Admission> admissions;
  private @Nullable TypedBus bus;
  private @Nullable DirectoryLogs logs;

  /**
   * @param replication what ties the shards to the cluster, asked for when they start
   */
  ShardsStep(
      SettingValues settings,
      BusLimits limits,
      DataDirectoryStep data,
      VertxStep loops,
      MetadataLogStep identity,
      Supplier<ReplicationParts> replication) {
    this.settings = settings;
    this.data = data;
    this.loops = loops;
    this.identity = identity;
    this.replication = replication;
    this.admissions = Stream.generate(limits::newAdmission).limit(shards()).toList();
  }

  @Override
  public String name() {
    return "log shards";
  }

  int shards() {
    int given = settings.get(ServerSettings.LOG_SHARDS);
    return given > 0 ? given : loops.loops();
  }

  /** One for each shard, shared by all who send to it. */
  List<Admission> admissions() {
    return admissions;
  }

  TypedBus bus() {
    if (bus == null) {
      throw new IllegalStateException("the bus is not open");
    }
    return bus;
  }

  @Override
  public void start() throws Exception {
    bus = loops.bus();
    DirectoryLogs inDirectory =
        new DirectoryLogs(data.directory(), data.disk(), LogLimits.of(settings), TimeSource.SYSTEM);
    logs = inDirectory;
    TopicMeters meters = new TopicMeters(loops.metrics());
    NodeCompaction compaction =
        new NodeCompaction(settings, loops.metrics(), new SecureRandom()::nextLong);
    ReplicationParts parts = replication.get();
    for (int shard = 0; shard < shards(); shard++) {
      ShardEnvironment environment =
          new ShardEnvironment(
              shard,
              shards(),
              identity.self(),
              bus,
              inDirectory,
              settings,
              TimeSource.SYSTEM,
              loops.metrics(),
              meters,
              compaction,
              parts);
      deployments.add(
          Waits.await(
              loops.vertx().deployVerticle(new LogVerticle(environment)),
              START_MS,
              "starting a shard"));
    }
  }

  /** Says what it took, now that every log is open. */
  void recovered() {
    if (logs == null) {
      throw new IllegalStateException("the logs are not open");
    }
    RecoverySummary recoveries = logs.recoveries();
    // Each log's part, and why it was cut, are debug lines of io.millrace.log.segment.
    Level level = recoveries.hasCut() ? Level.WARN : Level.INFO;
    recoveries.line().ifPresent(line -> LOG.atLevel(level).log(line));
  }

  @Override
  public void stop() throws Exception {
    List<Future<Void>> stops = deployments.stream().map(loops.vertx()::undeploy).toList();
    Waits.await(
        Future.join(stops),
        settings.get(ServerSettings.SHUTDOWN_TIMEOUT_MS) + START_MS,
        "closing the logs");
    data.allClosed();
  }
}
