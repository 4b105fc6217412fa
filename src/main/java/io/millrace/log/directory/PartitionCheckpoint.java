package io.millrace.log.directory;

/**
 * How far one partition was known to be good when it was last written down.
 *
 * @param recoveryPoint all records below it were on stable storage; those from it on are checked
 *     after an unclean stop
 * @param highWatermark records below it were committed
 * @param logStartOffset the first offset that readers may see
 */
public record PartitionCheckpoint(long recoveryPoint, long highWatermark, long logStartOffset) {
  /** Of a partition that was never written down: everything is to be checked. */
  public static final PartitionCheckpoint NONE = new PartitionCheckpoint(0, 0, 0);

  public PartitionCheckpoint {
    if (recoveryPoint < 0 || highWatermark < 0 || logStartOffset < 0) {
      throw new IllegalArgumentException(
          "negative offset: recovery point "
              + recoveryPoint
              + ", high watermark "
              + highWatermark
              + ", log start offset "
              + logStartOffset);
    }
  }
}
