package io.millrace.replication;

/**
 * A leader epoch in a log, and one more than the offset of its last record there.
 *
 * @param epoch -1 for what is before the first known epoch
 */
public record EpochEnd(int epoch, long endOffset) {}
