package io.millrace.bus;

import io.millrace.model.PartitionId;
import java.util.List;

/** Asks for offsets by position in time. */
public record OffsetsRequest(List<Entry> entries, long imageVersion, long deadlineNanos) {
  /** The timestamp that means the high watermark, as on Kafka's wire. */
  public static final long LATEST = -1;

  /** The timestamp that means the log start offset. */
  public static final long EARLIEST = -2;

  /** The first offset whose timestamp is at least {@code timestampMs}, or LATEST or EARLIEST. */
  public record Entry(PartitionId partition, long timestampMs) {}
}
