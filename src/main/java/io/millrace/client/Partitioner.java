package io.millrace.client;

/**
 * Chooses partitions.
 *
 * <p>Threading: called on the threads that send, several at once.
 */
public interface Partitioner {
  /**
   * The partition of a record.
   *
   * @param partitionCount 1 or more
   * @return 0 to {@code partitionCount - 1}, or {@link ProducerRecord#ANY_PARTITION}: the one that
   *     the batch being filled goes to; batches go around all partitions
   */
  int partition(ProducerRecord record, int partitionCount);
}
