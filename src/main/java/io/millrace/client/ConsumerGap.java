package io.millrace.client;

/**
 * Offsets that will not be delivered.
 *
 * @param fromOffset the first that is left out
 * @param toOffset the next that will be delivered, -1 if none
 * @param cause retention, deleted, truncation, skipped, damaged or reset
 */
public record ConsumerGap(String topic, int partition, long fromOffset, long toOffset, String cause)
    implements ConsumerEvent {}
