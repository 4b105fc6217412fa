package io.millrace.endpoint.kafka;

import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import java.util.concurrent.TimeUnit;

/**
 * What one connection may use.
 *
 * @param maxInFlightRequests without an answer
 * @param handshakeNanos for the first request to come
 * @param requestNanos for the rest of a request that has begun
 */
record KafkaLimits(
    int maxRequestBytes,
    int maxInFlightRequests,
    long maxInFlightBytes,
    long handshakeNanos,
    long requestNanos,
    long idleNanos) {
  static KafkaLimits of(SettingValues settings) {
    return new KafkaLimits(
        settings.get(ListenerSettings.SOCKET_REQUEST_MAX_BYTES),
        settings.get(KafkaSettings.CONNECTION_INFLIGHT_REQUESTS),
        settings.get(ListenerSettings.CONNECTION_INFLIGHT_BYTES),
        TimeUnit.MILLISECONDS.toNanos(settings.get(ListenerSettings.HANDSHAKE_TIMEOUT_MS)),
        TimeUnit.MILLISECONDS.toNanos(settings.get(ServerSettings.REQUEST_TIMEOUT_MS)),
        TimeUnit.MILLISECONDS.toNanos(settings.get(ListenerSettings.CONNECTIONS_MAX_IDLE_MS)));
  }
}
