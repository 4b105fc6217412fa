package io.millrace.server;

import io.millrace.bus.Admission;
import io.millrace.bus.BusGroupClient;
import io.millrace.bus.BusLimits;
import io.millrace.bus.BusMetadataClient;
import io.millrace.bus.BusPartitionClient;
import io.millrace.bus.GroupClient;
import io.millrace.bus.LoopBus;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.PartitionClient;
import io.millrace.model.TimeSource;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The bus's clients, one set for each context that asks: an endpoint gets its own on its event
 * loop.
 *
 * <p>Threading: called on a Vert.x context; what it returns belongs to that context.
 */
final class LoopClients {
  private final SettingValues settings;
  private final MetadataLogStep identity;
  private final ShardsStep shards;
  private final MetadataStep metadata;
  private final Admission groupAdmission;
  private final BusLimits limits;
  private final Map<Context, Clients> byContext = new ConcurrentHashMap<>();

  LoopClients(
      SettingValues settings,
      MetadataLogStep identity,
      ShardsStep shards,
      MetadataStep metadata,
      Admission groupAdmission,
      BusLimits limits) {
    this.settings = settings;
    this.identity = identity;
    this.shards = shards;
    this.metadata = metadata;
    this.groupAdmission = groupAdmission;
    this.limits = limits;
  }

  /** The partitions of all nodes. */
  PartitionClient partitions() {
    return clients().partitions();
  }

  /** The partitions of this node, for a protocol whose clients find their way themselves. */
  PartitionClient localPartitions() {
    return clients().localPartitions();
  }

  MetadataClient metadata() {
    return clients().metadata();
  }

  /** The group coordinators of all nodes. */
  GroupClient groups() {
    return clients().groups();
  }

  /** The group coordinators of this node, for a protocol whose clients find the others. */
  GroupClient localGroups() {
    return clients().localGroups();
  }

  private Clients clients() {
    Context context = Vertx.currentContext();
    if (context == null) {
      throw new IllegalStateException("the bus is used from a Vert.x context");
    }
    return byContext.computeIfAbsent(context, this::open);
  }

  private Clients open(Context context) {
    LoopBus loop = LoopBus.open(context.owner(), shards.bus(), TimeSource.SYSTEM, limits);
    MetadataClient changes =
        new BusMetadataClient(
            loop, metadata.latest(), settings.get(ServerSettings.REQUEST_TIMEOUT_MS));
    return new Clients(
        BusPartitionClient.ofCluster(loop, shards.admissions(), identity.self(), metadata.latest()),
        BusPartitionClient.ofLeader(loop, shards.admissions(), identity.self(), metadata.latest()),
        changes,
        new BusGroupClient(loop, changes, groupAdmission, settings),
        new BusGroupClient(loop, changes, groupAdmission, settings, true));
  }

  private record Clients(
      PartitionClient partitions,
      PartitionClient localPartitions,
      MetadataClient metadata,
      GroupClient groups,
      GroupClient localGroups) {}
}
