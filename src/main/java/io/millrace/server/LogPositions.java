package io.millrace.server;

import io.millrace.bus.BusPartitionClient;
import io.millrace.bus.LogsReply;
import io.millrace.bus.LoopBus;
import io.millrace.bus.PartitionClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.control.ReplicaPosition;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How far this node's logs go, for a controller that must choose a leader among replicas none of
 * which is known to be complete.
 *
 * <p>Threading: one Vert.x context, the metadata verticle's.
 */
final class LogPositions {
  private static final long ANSWER_MS = 2_000;

  private final Supplier<LoopBus> bus;
  private final ShardsStep shards;
  private @Nullable PartitionClient client;

  /**
   * @param bus opens the bus for the calling context
   */
  LogPositions(Supplier<LoopBus> bus, ShardsStep shards) {
    this.bus = bus;
    this.shards = shards;
  }

  /** Of those of these partitions that this node has. */
  Future<Map<PartitionId, ReplicaPosition>> of(List<PartitionId> wanted) {
    long deadline = TimeSource.SYSTEM.monotonicNanos() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MS);
    return client().describeLogs(wanted, deadline).map(reply -> positions(wanted, reply));
  }

  private PartitionClient client() {
    PartitionClient known = client;
    if (known == null) {
      // Whatever image the shards follow will do: no leader is asked for.
      known = new BusPartitionClient(bus.get(), shards.admissions(), () -> 0);
      client = known;
    }
    return known;
  }

  private static Map<PartitionId, ReplicaPosition> positions(
      List<PartitionId> wanted, LogsReply reply) {
    Map<PartitionId, ReplicaPosition> known = new HashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      LogsReply.Result result = reply.results().get(i);
      if (result.error() == ErrorCode.NONE) {
        known.put(
            wanted.get(i),
            new ReplicaPosition(result.log().lastEpoch(), result.log().logEndOffset()));
      }
    }
    return known;
  }
}
