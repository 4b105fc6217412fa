package io.millrace.log.segment;

import io.millrace.model.config.LogSettings;
import io.millrace.model.config.SettingValues;

/**
 * The bounds of every log of a broker.
 *
 * @param hotBytes how far behind its end a log serves without reading first; 0 serves everything
 *     cold
 * @param producerIdExpirationMs an idempotent producer is forgotten after so long without an append
 * @param maxProducerIds idempotent producers remembered per partition; beyond it the one longest
 *     silent is forgotten
 * @param decompressionBytes records of one batch, decompressed, where the broker has to look inside
 */
public record LogLimits(
    long hotBytes, long producerIdExpirationMs, int maxProducerIds, long decompressionBytes) {
  /** As the settings of a broker are if nobody sets them. */
  public static final LogLimits DEFAULTS =
      new LogLimits(
          LogSettings.LOG_HOT_BYTES.defaultValue(),
          LogSettings.PRODUCER_ID_EXPIRATION_MS.defaultValue(),
          LogSettings.MAX_PRODUCER_IDS_PER_PARTITION.defaultValue(),
          LogSettings.DECOMPRESSION_MAX_BYTES.defaultValue());

  public LogLimits {
    if (hotBytes < 0
        || producerIdExpirationMs < 1
        || maxProducerIds < 1
        || decompressionBytes < 1) {
      throw new IllegalArgumentException("a limit of a log is out of range");
    }
  }

  /** As a broker's settings say. */
  public static LogLimits of(SettingValues broker) {
    return new LogLimits(
        broker.get(LogSettings.LOG_HOT_BYTES),
        broker.get(LogSettings.PRODUCER_ID_EXPIRATION_MS),
        broker.get(LogSettings.MAX_PRODUCER_IDS_PER_PARTITION),
        broker.get(LogSettings.DECOMPRESSION_MAX_BYTES));
  }
}
