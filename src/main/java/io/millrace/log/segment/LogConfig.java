package io.millrace.log.segment;

import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.config.TopicSettings.BrokerCompression;
import io.millrace.model.config.TopicSettings.TimestampType;
import io.millrace.record.CompressionType;
import java.util.Optional;

/**
 * A topic's settings as its logs use them, looked up once.
 *
 * @param compression what batches are stored in; empty for as they were sent
 */
record LogConfig(
    int maxMessageBytes,
    boolean logAppendTime,
    long timestampBeforeMaxMs,
    long timestampAfterMaxMs,
    boolean validateRecords,
    Optional<CompressionType> compression,
    int segmentBytes,
    long segmentMs,
    int indexIntervalBytes,
    int indexBytes,
    long retentionMs,
    long retentionBytes,
    CompactionSettings compaction) {
  static LogConfig of(SettingValues topic) {
    CompactionSettings compaction = CompactionSettings.of(topic);
    return new LogConfig(
        topic.get(TopicSettings.MAX_MESSAGE_BYTES),
        topic.get(TopicSettings.MESSAGE_TIMESTAMP_TYPE) == TimestampType.LOG_APPEND_TIME,
        topic.get(TopicSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
        topic.get(TopicSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
        topic.get(TopicSettings.VALIDATE_RECORDS),
        stored(topic.get(TopicSettings.COMPRESSION_TYPE)),
        topic.get(TopicSettings.SEGMENT_BYTES),
        compaction.compacts()
            ? Math.min(topic.get(TopicSettings.SEGMENT_MS), compaction.maxLagMs())
            : topic.get(TopicSettings.SEGMENT_MS),
        topic.get(TopicSettings.INDEX_INTERVAL_BYTES),
        topic.get(TopicSettings.SEGMENT_INDEX_BYTES),
        topic.get(TopicSettings.RETENTION_MS),
        topic.get(TopicSettings.RETENTION_BYTES),
        compaction);
  }

  private static Optional<CompressionType> stored(BrokerCompression setting) {
    return switch (setting) {
      case PRODUCER -> Optional.empty();
      case UNCOMPRESSED -> Optional.of(CompressionType.NONE);
      case GZIP -> Optional.of(CompressionType.GZIP);
      case SNAPPY -> Optional.of(CompressionType.SNAPPY);
      case LZ4 -> Optional.of(CompressionType.LZ4);
      case ZSTD -> Optional.of(CompressionType.ZSTD);
    };
  }
}
