package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.PartitionImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The logs of all replicas, and what was acknowledged. A stand-in for replication that keeps its
 * rules: it shows what the controller's decisions do to records.
 */
final class SimulatedReplicas {
  private static final int COMPARED = 20;

  private final Map<PartitionId, List<Entry>> acknowledged = new HashMap<>();
  private final Map<PartitionId, Map<Integer, Log>> logs = new HashMap<>();
  private long nextValue;

  /** A record, of the epoch in which it was appended; copies are the same object. */
  record Entry(int epoch, long value) {}

  /** One replica's log. */
  static final class Log {
    final List<Entry> entries = new ArrayList<>();
    int durable;

    ReplicaPosition position() {
      return new ReplicaPosition(
          entries.isEmpty() ? -1 : entries.get(entries.size() - 1).epoch(), entries.size());
    }
  }

  Log log(PartitionId partition, int node) {
    return logs.computeIfAbsent(partition, id -> new HashMap<>())
        .computeIfAbsent(node, id -> new Log());
  }

  void append(PartitionId partition, int leader, int epoch) {
    log(partition, leader).entries.add(new Entry(epoch, nextValue++));
  }

  /** The machine of a node died: what it had not written to its disk is lost. */
  void losePower(int node) {
    logs.values()
        .forEach(
            replicas -> {
              Log log = replicas.get(node);
              if (log != null) {
                log.entries.subList(log.durable, log.entries.size()).clear();
              }
            });
  }

  void flush(int node) {
    logs.values()
        .forEach(
            replicas -> {
              Log log = replicas.get(node);
              if (log != null) {
                log.durable = log.entries.size();
              }
            });
  }

  /** The follower cuts what the leader does not have, and copies what it has; its log's end. */
  int fetch(PartitionId partition, int leader, int follower) {
    List<Entry> from = log(partition, leader).entries;
    Log to = log(partition, follower);
    int common = Math.min(from.size(), to.entries.size());
    while (common > 0 && from.get(common - 1) != to.entries.get(common - 1)) {
      common--;
    }
    to.entries.subList(common, to.entries.size()).clear();
    to.durable = Math.min(to.durable, common);
    to.entries.addAll(from.subList(common, Math.min(from.size(), common + 8)));
    return common;
  }

  /** The leader has it on all replicas that have to have it, up to here. */
  void acknowledge(PartitionId partition, int leader, int highWatermark) {
    List<Entry> now = log(partition, leader).entries.subList(0, highWatermark);
    List<Entry> before = acknowledged.computeIfAbsent(partition, id -> new ArrayList<>());
    int common = Math.min(before.size(), now.size());
    // Most of it was compared before; all of it is at elections and at the end.
    for (int i = Math.max(0, common - COMPARED); i < common; i++) {
      if (now.get(i) != before.get(i)) {
        throw new AssertionError(
            "CommittedNeverLost %s on node %d, offset %d: %s, acknowledged was %s"
                .formatted(partition, leader, i, now.get(i), before.get(i)));
      }
    }
    before.addAll(now.subList(common, now.size()));
  }

  /** A leader was elected that has, or need not have, everything that was acknowledged. */
  void onElected(PartitionId partition, PartitionImage elected, boolean unclean) {
    NodeId leader = elected.leader().orElseThrow();
    List<Entry> entries = log(partition, leader.value()).entries;
    List<Entry> known = acknowledged.computeIfAbsent(partition, id -> new ArrayList<>());
    int common = common(entries, known);
    if (unclean) {
      known.subList(common, known.size()).clear();
    }
    if (common != known.size()) {
      throw new AssertionError(
          "LeaderHasAllAcknowledged %s %s: has %d of %d acknowledged"
              .formatted(partition, elected, common, known.size()));
    }
  }

  long acknowledgedCount() {
    return acknowledged.values().stream().mapToLong(List::size).sum();
  }

  void checkReplicasAgree(PartitionId partition, PartitionImage image) {
    List<Entry> known = acknowledged.getOrDefault(partition, List.of());
    for (NodeId replica : image.inSyncReplicas()) {
      assertThat(common(log(partition, replica.value()).entries, known))
          .as("replica %s of %s", replica, partition)
          .isEqualTo(known.size());
    }
  }

  private static int common(List<Entry> one, List<Entry> other) {
    int common = 0;
    while (common < one.size() && common < other.size() && one.get(common) == other.get(common)) {
      common++;
    }
    return common;
  }
}
