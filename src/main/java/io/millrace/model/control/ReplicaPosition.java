package io.millrace.model.control;

import java.util.Comparator;

/**
 * How far a replica's log goes; of two, the later one has what the other has.
 *
 * @param lastEpoch leader epoch of its last record, -1 if it has none
 * @param endOffset the offset after its last record
 */
public record ReplicaPosition(int lastEpoch, long endOffset)
    implements Comparable<ReplicaPosition> {
  private static final Comparator<ReplicaPosition> ORDER =
      Comparator.comparingInt(ReplicaPosition::lastEpoch)
          .thenComparingLong(ReplicaPosition::endOffset);

  @Override
  public int compareTo(ReplicaPosition other) {
    return ORDER.compare(this, other);
  }
}
