package io.millrace.checker;

import io.millrace.checker.HistoryEvent.ReplicaBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * That all replicas have the same batches below the high watermark, which is at least where the
 * final read ended.
 */
final class ReplicaLogs {
  private record Copy(String node, ReplicaBatch batch) {}

  private final Violations violations;
  private final List<HistoryEvent.Replica> replicas = new ArrayList<>();

  ReplicaLogs(Violations violations) {
    this.violations = violations;
  }

  void on(HistoryEvent.Replica replica) {
    replicas.add(replica);
  }

  long replicas() {
    return replicas.size();
  }

  void finish(FinalLog log) {
    Map<Integer, SortedMap<Long, Copy>> first = new HashMap<>();
    for (HistoryEvent.Replica replica : replicas) {
      long committedEnd = Math.max(0, log.endOf(replica.partition()));
      compare(
          replica, committedEnd, first.computeIfAbsent(replica.partition(), p -> new TreeMap<>()));
    }
  }

  private void compare(
      HistoryEvent.Replica replica, long committedEnd, SortedMap<Long, Copy> known) {
    long next = 0;
    int epoch = -1;
    for (ReplicaBatch batch : replica.batches()) {
      if (batch.leaderEpoch() < epoch) {
        violations.add(
            Rule.EPOCH_WENT_BACK,
            text(replica)
                + " has epoch "
                + batch.leaderEpoch()
                + " after "
                + epoch
                + " at "
                + batch.baseOffset());
      }
      epoch = batch.leaderEpoch();
      if (batch.baseOffset() < committedEnd) {
        if (batch.baseOffset() != next) {
          violations.add(
              Rule.REPLICAS_DIFFER,
              text(replica) + " has a batch at " + batch.baseOffset() + ", expected " + next);
        }
        same(replica, batch, known);
      }
      next = batch.lastOffset() + 1;
    }
    if (replica.inSync() && next < committedEnd) {
      violations.add(
          Rule.REPLICA_BEHIND,
          text(replica) + " ends at " + next + ", committed is everything below " + committedEnd);
    }
  }

  private void same(HistoryEvent.Replica replica, ReplicaBatch batch, SortedMap<Long, Copy> known) {
    Copy copy = known.putIfAbsent(batch.baseOffset(), new Copy(replica.node(), batch));
    if (copy != null && !copy.batch().equals(batch)) {
      violations.add(
          Rule.REPLICAS_DIFFER,
          "partition "
              + replica.partition()
              + ": node "
              + replica.node()
              + " has "
              + batch
              + ", node "
              + copy.node()
              + " has "
              + copy.batch());
    }
  }

  private static String text(HistoryEvent.Replica replica) {
    return "partition " + replica.partition() + " on node " + replica.node();
  }
}
