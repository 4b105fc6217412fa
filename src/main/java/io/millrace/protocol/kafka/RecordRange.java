package io.millrace.protocol.kafka;

/**
 * Where in its frame the records of a request lie.
 *
 * @param offset from the beginning of the frame
 */
public record RecordRange(int offset, int sizeBytes) {}
