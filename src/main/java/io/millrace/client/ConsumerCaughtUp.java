package io.millrace.client;

/**
 * Everything up to the end of every partition was delivered.
 *
 * @param resumeToken continues from here, on any node, with no loss and no repeat
 * @param lagRecords records that arrived meanwhile
 * @param lagMs age of the oldest of them
 */
public record ConsumerCaughtUp(String resumeToken, long lagRecords, long lagMs)
    implements ConsumerEvent {}
