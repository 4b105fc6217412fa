package io.millrace.partition;

import io.millrace.log.PartitionLog;
import io.millrace.replication.EpochEnd;
import io.millrace.replication.ReplicaLog;

/** A partition's log as replication sees it. */
record LogView(PartitionLog log) implements ReplicaLog {
  @Override
  public long startOffset() {
    return log.startOffset();
  }

  @Override
  public long endOffset() {
    return log.endOffset();
  }

  @Override
  public long durableEndOffset() {
    return log.durableEndOffset();
  }

  @Override
  public int latestEpoch() {
    return log.latestEpoch();
  }

  @Override
  public EpochEnd endOfEpoch(int epoch) {
    PartitionLog.EpochEnd end = log.endOfEpoch(epoch);
    return new EpochEnd(end.leaderEpoch(), end.endOffset());
  }
}
