package io.millrace.bus;

import io.millrace.model.PartitionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * The entries of a request that go one way, and where each of them stands in the request.
 *
 * @param <E> an entry
 */
final class ShardSplit<E> {
  private final int port;
  private final List<E> entries;
  private final int[] positions;

  private ShardSplit(int port, List<E> entries, int[] positions) {
    this.port = port;
    this.entries = entries;
    this.positions = positions;
  }

  int port() {
    return port;
  }

  List<E> entries() {
    return entries;
  }

  /** Where the entry at this index stands in the request. */
  int position(int index) {
    return positions[index];
  }

  /** Whether two splits of the same request go the same ways. */
  static boolean areSame(List<? extends ShardSplit<?>> some, List<? extends ShardSplit<?>> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      ShardSplit<?> one = some.get(i);
      ShardSplit<?> other = others.get(i);
      if (one.port != other.port || !one.entries.equals(other.entries)) {
        return false;
      }
    }
    return true;
  }

  /** Splits by port; a request for one port keeps its list as it is. */
  static <E> List<ShardSplit<E>> of(
      List<E> all, Function<E, PartitionId> partition, ShardPorts ports) {
    return of(all, each -> ports.portOf(partition.apply(each)));
  }

  /** Splits by the port of each entry; a request for one port keeps its list as it is. */
  static <E> List<ShardSplit<E>> of(List<E> all, ToIntFunction<E> port) {
    if (all.isEmpty()) {
      return List.of();
    }
    int[] owner = new int[all.size()];
    boolean one = true;
    for (int i = 0; i < owner.length; i++) {
      owner[i] = port.applyAsInt(all.get(i));
      one &= owner[i] == owner[0];
    }
    if (one) {
      return List.of(new ShardSplit<>(owner[0], all, upTo(all.size())));
    }
    List<ShardSplit<E>> splits = new ArrayList<>();
    for (int each : Arrays.stream(owner).distinct().toArray()) {
      splits.add(splitOf(each, all, owner));
    }
    return splits;
  }

  private static <E> ShardSplit<E> splitOf(int port, List<E> all, int[] owner) {
    List<E> mine = new ArrayList<>();
    int[] positions = new int[owner.length];
    for (int i = 0; i < owner.length; i++) {
      if (owner[i] == port) {
        positions[mine.size()] = i;
        mine.add(all.get(i));
      }
    }
    return new ShardSplit<>(port, List.copyOf(mine), positions);
  }

  private static int[] upTo(int count) {
    int[] positions = new int[count];
    for (int i = 0; i < count; i++) {
      positions[i] = i;
    }
    return positions;
  }
}
