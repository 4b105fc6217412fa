package io.millrace.bus;

import io.millrace.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The entries of a request that one shard owns, and where each of them stands in the request.
 *
 * @param <E> an entry
 */
final class ShardSplit<E> {
  private final int shard;
  private final List<E> entries;
  private final int[] positions;

  private ShardSplit(int shard, List<E> entries, int[] positions) {
    this.shard = shard;
    this.entries = entries;
    this.positions = positions;
  }

  int shard() {
    return shard;
  }

  List<E> entries() {
    return entries;
  }

  /** Where the entry at this index stands in the request. */
  int position(int index) {
    return positions[index];
  }

  /** Splits by shard; a request for one shard keeps its list as it is. */
  static <E> List<ShardSplit<E>> of(List<E> all, Function<E, PartitionId> partition, int shards) {
    if (all.isEmpty()) {
      return List.of();
    }
    int[] owner = new int[all.size()];
    boolean one = true;
    for (int i = 0; i < owner.length; i++) {
      owner[i] = shards == 1 ? 0 : partition.apply(all.get(i)).shard(shards);
      one &= owner[i] == owner[0];
    }
    if (one) {
      return List.of(new ShardSplit<>(owner[0], all, upTo(all.size())));
    }
    List<ShardSplit<E>> splits = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      addSplit(splits, shard, all, owner);
    }
    return splits;
  }

  private static <E> void addSplit(
      List<ShardSplit<E>> splits, int shard, List<E> all, int[] owner) {
    List<E> mine = new ArrayList<>();
    int[] positions = new int[owner.length];
    for (int i = 0; i < owner.length; i++) {
      if (owner[i] == shard) {
        positions[mine.size()] = i;
        mine.add(all.get(i));
      }
    }
    if (!mine.isEmpty()) {
      splits.add(new ShardSplit<>(shard, List.copyOf(mine), positions));
    }
  }

  private static int[] upTo(int count) {
    int[] positions = new int[count];
    for (int i = 0; i < count; i++) {
      positions[i] = i;
    }
    return positions;
  }
}
