package io.millrace.log.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A directory's durable names, its present names, and the changes between the two. */
final class SimulatedDirectory implements SimulatedNode {
  private final Map<String, SimulatedNode> durable = new TreeMap<>();
  private final Map<String, SimulatedNode> present = new TreeMap<>();
  private final List<Change> unsynced = new ArrayList<>();

  /** One atomic change: a name goes, a name comes, or both. */
  private record Change(
      @Nullable String gone, @Nullable String come, @Nullable SimulatedNode node) {
    void applyTo(Map<String, SimulatedNode> names) {
      if (gone != null) {
        names.remove(gone);
      }
      if (come != null) {
        names.put(come, node);
      }
    }
  }

  @Nullable SimulatedNode get(String name) {
    return present.get(name);
  }

  List<String> names() {
    return List.copyOf(present.keySet());
  }

  List<SimulatedNode> nodes() {
    return List.copyOf(present.values());
  }

  void link(String name, SimulatedNode node) {
    change(new Change(null, name, node));
  }

  void unlink(String name) {
    change(new Change(name, null, null));
  }

  void rename(String from, String to) {
    change(new Change(from, to, present.get(from)));
  }

  private void change(Change change) {
    change.applyTo(present);
    unsynced.add(change);
  }

  void sync() {
    durable.clear();
    durable.putAll(present);
    unsynced.clear();
  }

  void loseUnsynced() {
    unsynced.clear();
  }

  @Override
  public SimulatedDirectory copy(Map<SimulatedNode, SimulatedNode> copies) {
    SimulatedDirectory copy = new SimulatedDirectory();
    durable.forEach((name, node) -> copy.durable.put(name, copied(node, copies)));
    present.forEach((name, node) -> copy.present.put(name, copied(node, copies)));
    for (Change change : unsynced) {
      SimulatedNode node = change.node == null ? null : copied(change.node, copies);
      copy.unsynced.add(new Change(change.gone, change.come, node));
    }
    return copy;
  }

  private static SimulatedNode copied(
      SimulatedNode node, Map<SimulatedNode, SimulatedNode> copies) {
    SimulatedNode copy = copies.get(node);
    if (copy == null) {
      copy = node.copy(copies);
      copies.put(node, copy);
    }
    return copy;
  }

  @Override
  public SimulatedDirectory afterPowerLoss(Loss loss, RandomGenerator random) {
    Map<String, SimulatedNode> names = new TreeMap<>();
    switch (loss.names()) {
      case DROPPED -> names.putAll(durable);
      case KEPT -> names.putAll(present);
      case RANDOM -> {
        names.putAll(durable);
        unsynced.stream().filter(unused -> random.nextBoolean()).forEach(c -> c.applyTo(names));
      }
    }
    SimulatedDirectory after = new SimulatedDirectory();
    names.forEach((name, node) -> after.link(name, node.afterPowerLoss(loss, random)));
    after.sync();
    return after;
  }
}
