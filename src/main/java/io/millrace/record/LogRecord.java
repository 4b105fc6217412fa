package io.millrace.record;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record as it stands in a log. Key and value are views of the batch's (decompressed) bytes:
 * they cost no copy and live as long as those bytes do. A null value is a tombstone.
 */
public record LogRecord(
    long offset,
    long timestampMs,
    @Nullable ByteBuffer key,
    @Nullable ByteBuffer value,
    List<RecordHeader> headers) {}
