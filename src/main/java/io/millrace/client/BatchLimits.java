package io.millrace.client;

import io.millrace.model.config.SettingValues;
import io.millrace.record.CompressionType;
import java.util.concurrent.TimeUnit;

/**
 * How batches are filled.
 *
 * @param batchBytes a batch is full at this size
 * @param lingerNanos how long it waits while it is not
 * @param maxRequestBytes no record may be larger
 */
record BatchLimits(
    CompressionType compression, int batchBytes, long lingerNanos, int maxRequestBytes) {
  static BatchLimits of(SettingValues settings) {
    int maxRequestBytes = settings.get(ProducerSettings.MAX_REQUEST_SIZE);
    return new BatchLimits(
        settings.get(ProducerSettings.COMPRESSION_TYPE),
        Math.min(settings.get(ProducerSettings.BATCH_SIZE), maxRequestBytes),
        TimeUnit.MILLISECONDS.toNanos(settings.get(ProducerSettings.LINGER_MS)),
        maxRequestBytes);
  }

  /** The size of the arrays that usual batches are built in. */
  int arrayBytes() {
    return batchBytes + ProduceBatch.OVERHEAD_BYTES;
  }
}
