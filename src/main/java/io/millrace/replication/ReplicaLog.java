package io.millrace.replication;

/**
 * What replication must know of a replica's log. {@code startOffset <= durableEndOffset <=
 * endOffset}.
 *
 * <p>Threading: the partition's owner thread.
 */
public interface ReplicaLog {
  long startOffset();

  long endOffset();

  long durableEndOffset();

  /** The epoch of the newest batch, -1 in a log that never had one. */
  int latestEpoch();

  /** The largest epoch that is not above this one, and where it ends. */
  EpochEnd endOfEpoch(int epoch);
}
