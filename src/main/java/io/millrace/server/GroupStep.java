package io.millrace.server;

import io.millrace.bus.Admission;
import io.millrace.bus.BusGroupClient;
import io.millrace.bus.BusLimits;
import io.millrace.group.GroupCoordinator;
import io.millrace.group.GroupParts;
import io.millrace.group.assignor.RangeAssignor;
import io.millrace.group.assignor.UniformAssignor;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.TimeSource;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.kafka.ConsumerProtocolCodec;
import io.millrace.verticle.GroupEnvironment;
import io.millrace.verticle.GroupVerticle;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The group coordinators of this node. They go on being loaded after the start. */
final class GroupStep implements StartStep {
  private static final long TIMEOUT_MS = 10_000;

  private final SettingValues settings;
  private final VertxStep loops;
  private final MetadataLogStep identity;
  private final ShardsStep shards;
  private final MetadataStep metadata;
  private final BusLimits limits;
  private final Admission admission;
  private @Nullable String deployment;

  GroupStep(
      SettingValues settings,
      VertxStep loops,
      MetadataLogStep identity,
      ShardsStep shards,
      MetadataStep metadata,
      BusLimits limits) {
    this.settings = settings;
    this.loops = loops;
    this.identity = identity;
    this.shards = shards;
    this.metadata = metadata;
    this.limits = limits;
    this.admission = BusGroupClient.newAdmission(settings);
  }

  @Override
  public String name() {
    return "group coordinators";
  }

  /** Shared by all who send to the coordinators. */
  Admission admission() {
    return admission;
  }

  @Override
  public void start() throws Exception {
    GroupParts parts =
        new GroupParts(
            settings,
            new ConsumerProtocolCodec(),
            List.of(new UniformAssignor(), new RangeAssignor()),
            UUID::randomUUID);
    GroupVerticle verticle =
        new GroupVerticle(
            new GroupEnvironment(
                identity.self(),
                shards.bus(),
                limits,
                shards.admissions(),
                metadata.latest(),
                () -> new GroupCoordinator(parts),
                new GroupRecordCodec(),
                settings,
                TimeSource.SYSTEM,
                loops.metrics()));
    deployment =
        Waits.await(
            loops.vertx().deployVerticle(verticle), TIMEOUT_MS, "starting the group coordinators");
  }

  @Override
  public void stop() throws Exception {
    if (deployment != null) {
      Waits.await(
          loops.vertx().undeploy(deployment), TIMEOUT_MS, "stopping the group coordinators");
    }
  }
}
