package io.millrace.client;

import io.millrace.model.Acks;
import io.millrace.model.config.SettingValues;
import java.util.concurrent.TimeUnit;

/**
 * How batches are sent.
 *
 * @param maxInFlight unanswered batches of one partition
 * @param retries attempts after the first
 * @param deliveryTimeoutNanos from a batch's beginning to its end, either way
 */
record SendRules(
    Acks acks, boolean idempotent, int maxInFlight, int retries, long deliveryTimeoutNanos) {
  static SendRules of(SettingValues settings) {
    long shortestMs =
        (long) settings.get(ClientSettings.REQUEST_TIMEOUT_MS)
            + settings.get(ProducerSettings.LINGER_MS);
    long timeoutMs = Math.max(shortestMs, settings.get(ProducerSettings.DELIVERY_TIMEOUT_MS));
    return new SendRules(
        ProducerSettings.acks(settings),
        ProducerSettings.isIdempotent(settings),
        settings.get(ProducerSettings.MAX_IN_FLIGHT),
        settings.get(ProducerSettings.RETRIES),
        TimeUnit.MILLISECONDS.toNanos(timeoutMs));
  }
}
