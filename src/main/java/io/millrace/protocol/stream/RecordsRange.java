package io.millrace.protocol.stream;

/**
 * What a records message says besides its stream and its records.
 *
 * @param topicId 22 characters
 * @param firstOffset the first offset that is delivered
 * @param nextOffset the position after the message
 * @param leaderEpoch of the leader that served it, -1 if unknown
 * @param creditRecords credit in records that it uses
 * @param creditBytes credit in bytes that it uses
 * @param more whether a batch goes on in the next message
 */
public record RecordsRange(
    String topic,
    String topicId,
    int partition,
    long firstOffset,
    long nextOffset,
    int leaderEpoch,
    long creditRecords,
    long creditBytes,
    boolean more) {}
