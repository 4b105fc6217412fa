package io.millrace.model;

import java.util.List;

/**
 * What a partition's log is at a moment, for those who look after it.
 *
 * @param sizeBytes of its segments
 * @param logStartOffset the first offset that exists
 * @param logEndOffset one more than the last offset
 * @param lastEpoch leader epoch of the last record, -1 if there is none
 * @param producers idempotent producers that are remembered, longest silent first
 */
public record LogDescription(
    long sizeBytes,
    long logStartOffset,
    long logEndOffset,
    int lastEpoch,
    List<ActiveProducer> producers) {
  public LogDescription {
    producers = List.copyOf(producers);
  }

  /**
   * An idempotent producer.
   *
   * @param lastSequence of its last record, -1 if it appended none under this epoch
   * @param lastTimestampMs when its last batch was appended, -1 if unknown
   */
  public record ActiveProducer(
      long producerId, short producerEpoch, int lastSequence, long lastTimestampMs) {}
}
