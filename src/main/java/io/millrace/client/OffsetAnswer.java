package io.millrace.client;

import io.millrace.model.ErrorCode;

/**
 * An offset that was asked for by time.
 *
 * @param offset -1 if no record is that new
 * @param timestampMs of the record there, -1 if none
 * @param error NONE, or why the partition did not say
 */
public record OffsetAnswer(long offset, long timestampMs, ErrorCode error) {}
