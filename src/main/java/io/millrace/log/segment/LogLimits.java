package io.millrace.log.segment;

import io.millrace.model.config.LogSettings;
import io.millrace.model.config.SettingValues;

/**
 * The bounds of every log of a broker.
 *
 * @param hot what a log serves without reading it first; shared by all logs of the broker
 * @param producerIdExpirationMs an idempotent producer is forgotten after so long without an append
 * @param maxProducerIds idempotent producers remembered per partition; beyond it the one longest
 *     silent is forgotten
 * @param decompressionBytes records of one batch, decompressed, where the broker has to look inside
 */
public record LogLimits(
    HotMemory hot, long producerIdExpirationMs, int maxProducerIds, long decompressionBytes) {
  private static final long DEFAULT_HOT_BYTES = 256 << 20;

  /** As the settings of a broker are if nobody sets them, but for the hot bytes: 256 MiB. */
  public static final LogLimits DEFAULTS =
      new LogLimits(
          DEFAULT_HOT_BYTES,
          LogSettings.PRODUCER_ID_EXPIRATION_MS.defaultValue(),
          LogSettings.MAX_PRODUCER_IDS_PER_PARTITION.defaultValue(),
          LogSettings.DECOMPRESSION_MAX_BYTES.defaultValue());

  public LogLimits {
    if (producerIdExpirationMs < 1 || maxProducerIds < 1 || decompressionBytes < 1) {
      throw new IllegalArgumentException("a limit of a log is out of range");
    }
  }

  /** Of logs that share their hot bytes with no others. */
  public LogLimits(
      long hotBytes, long producerIdExpirationMs, int maxProducerIds, long decompressionBytes) {
    this(new HotMemory(hotBytes), producerIdExpirationMs, maxProducerIds, decompressionBytes);
  }

  /** As a broker's settings say; to be called once for all its logs. */
  public static LogLimits of(SettingValues broker) {
    long hotBytes = broker.get(LogSettings.LOG_HOT_BYTES);
    return new LogLimits(
        hotBytes < 0 ? HotMemory.ofMachine() : new HotMemory(hotBytes),
        broker.get(LogSettings.PRODUCER_ID_EXPIRATION_MS),
        broker.get(LogSettings.MAX_PRODUCER_IDS_PER_PARTITION),
        broker.get(LogSettings.DECOMPRESSION_MAX_BYTES));
  }
}
