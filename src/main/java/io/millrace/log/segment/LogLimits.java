package io.millrace.log.segment;

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
  private static final long DAY_MS = 24L * 60 * 60 * 1000;

  /** 64 MiB hot, a day, 10,000 producers, 64 MiB. */
  public static final LogLimits DEFAULTS = new LogLimits(64L << 20, DAY_MS, 10_000, 64L << 20);

  public LogLimits {
    if (hotBytes < 0
        || producerIdExpirationMs < 1
        || maxProducerIds < 1
        || decompressionBytes < 1) {
      throw new IllegalArgumentException("a limit of a log is out of range");
    }
  }
}
