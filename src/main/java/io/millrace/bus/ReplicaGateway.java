package io.millrace.bus;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands a follower's fetch to the shards of this node, each its own part. A part that cannot be
 * handed over is not answered, as if it had been lost on its way; the follower asks again.
 *
 * <p>Threading: any one thread.
 */
public final class ReplicaGateway {
  private final List<Sender<ReplicaFetchRequest>> shards = new ArrayList<>();

  /** A gateway to so many shards. */
  public ReplicaGateway(TypedBus bus, int shardCount) {
    for (int shard = 0; shard < shardCount; shard++) {
      shards.add(bus.sender(Addresses.shardReplicas(shard)));
    }
  }

  public void split(ReplicaFetchRequest request) {
    List<List<ReplicaFetchRequest.Entry>> parts = new ArrayList<>();
    for (int shard = 0; shard < shards.size(); shard++) {
      parts.add(new ArrayList<>());
    }
    request
        .entries()
        .forEach(entry -> parts.get(entry.partition().shard(shards.size())).add(entry));
    for (int shard = 0; shard < shards.size(); shard++) {
      if (!parts.get(shard).isEmpty()) {
        shards.get(shard).send(request.of(parts.get(shard)));
      }
    }
  }
}
