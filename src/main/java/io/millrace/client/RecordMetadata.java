package io.millrace.client;

/**
 * Where an acknowledged record is.
 *
 * @param offset {@link #UNKNOWN_OFFSET} with acks=0, and for a record that was found to be written
 *     already by an earlier attempt that the broker no longer knows the offset of
 * @param timestampMs as stored: the broker's if the topic stamps records, else the producer's
 */
public record RecordMetadata(String topic, int partition, long offset, long timestampMs) {
  public static final long UNKNOWN_OFFSET = -1;

  public boolean hasOffset() {
    return offset != UNKNOWN_OFFSET;
  }
}
