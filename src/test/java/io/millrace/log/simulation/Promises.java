package io.millrace.log.simulation;

import io.millrace.model.PartitionId;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was promised of a data directory. */
final class Promises {
  final Map<PartitionId, PartitionPromise> partitions = new LinkedHashMap<>();

  /** Whether an identity was acknowledged. */
  boolean identified;

  /** Whether the directory must, and may, count as left in order. */
  boolean mustBeClean;

  boolean mayBeClean = true;

  Promises copy() {
    Promises copy = new Promises();
    partitions.forEach((id, partition) -> copy.partitions.put(id, partition.copy()));
    copy.identified = identified;
    copy.mustBeClean = mustBeClean;
    copy.mayBeClean = mayBeClean;
    return copy;
  }
}
