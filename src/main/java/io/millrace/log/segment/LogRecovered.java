package io.millrace.log.segment;

/**
 * What it took to bring a log back that was not closed.
 *
 * @param checkedBytes that were read
 * @param cutBytes behind the last whole batch, which nobody was promised, in segments that stay
 * @param cutSegments that went with them
 */
public record LogRecovered(long checkedBytes, long cutBytes, int cutSegments) {}
