package io.millrace.server;

import io.millrace.bus.BusLimits;
import io.millrace.bus.LatestImage;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.verticle.MetadataEnvironment;
import io.millrace.verticle.MetadataVerticle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the cluster, opens every partition that this node holds, and then counts the data directory
 * as in use.
 */
final class MetadataStep implements StartStep {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataStep.class);
  private static final long STOP_MS = 10_000;

  // Recovery after a power loss reads every log from its recovery point; it is given all the time
  // it takes.
  private static final long RECOVERY_MS = Long.MAX_VALUE;

  private final SettingValues settings;
  private final DataDirectoryStep data;
  private final VertxStep loops;
  private final MetadataLogStep log;
  private final ShardsStep shards;
  private final BusLimits limits;
  private final Consumer<Throwable> onFailure;
  private final LatestImage latest = new LatestImage();
  private @Nullable String deployment;

  MetadataStep(
      SettingValues settings,
      DataDirectoryStep data,
      VertxStep loops,
      MetadataLogStep log,
      ShardsStep shards,
      BusLimits limits,
      Consumer<Throwable> onFailure) {
    this.settings = settings;
    this.data = data;
    this.loops = loops;
    this.log = log;
    this.shards = shards;
    this.limits = limits;
    this.onFailure = onFailure;
  }

  @Override
  public String name() {
    return "metadata";
  }

  /** The newest image that this node's shards follow. */
  LatestImage latest() {
    return latest;
  }

  @Override
  public void start() throws Exception {
    MetadataVerticle verticle =
        new MetadataVerticle(
            new MetadataEnvironment(
                log.log(),
                log.membership(),
                shards.bus(),
                limits,
                latest,
                shards.shards(),
                settings,
                TimeSource.SYSTEM,
                log::ownedBy,
                onFailure));
    deployment =
        Waits.await(loops.vertx().deployVerticle(verticle), RECOVERY_MS, "opening the partitions");
    shards.recovered();
    log.keepMembership();
    data.recovered(latest.get());
    LOG.info(
        "clusterId={} nodeId={} topics={}",
        log.membership().clusterId(),
        log.self(),
        latest.get().topics().size());
  }

  @Override
  public void stop() throws Exception {
    if (deployment != null) {
      Waits.await(loops.vertx().undeploy(deployment), STOP_MS, "closing the metadata log");
    }
  }
}
