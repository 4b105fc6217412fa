package io.millrace.group;

import io.millrace.model.TopicName;

/**
 * Where a group has come to in a partition.
 *
 * @param topic the name of the partition's topic
 * @param offset of the next record to read
 * @param leaderEpoch of the last record read, -1 if unknown
 * @param metadata the client's own text
 * @param commitTimestampMs when it was committed, in milliseconds of wall-clock time
 * @param imageVersion of the image in which the committing coordinator saw the topic: in any image
 *     as new as that one, a topic that is not there has been deleted
 */
public record CommittedPosition(
    TopicName topic,
    long offset,
    int leaderEpoch,
    String metadata,
    long commitTimestampMs,
    long imageVersion) {}
