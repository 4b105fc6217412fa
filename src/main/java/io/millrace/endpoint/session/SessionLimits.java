package io.millrace.endpoint.session;

import io.millrace.model.config.ListenerSettings;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.StreamSettings;
import java.util.concurrent.TimeUnit;

/** The bounds of sessions, read once from the settings; each is documented there. */
record SessionLimits(
    int maxStreams,
    int maxMembers,
    int maxPartitions,
    int maxInFlightRequests,
    long maxInFlightBytes,
    int handshakeMaxBytes,
    int maxFrameBytes,
    int messageMaxBytes,
    int fetchMaxBytes,
    int tailBufferBytes,
    int batchBytes,
    int batchBufferBytes,
    int batchLingerMs,
    int requestTimeoutMs,
    int goawayDelayMs,
    long urlCreditRecords,
    long urlCreditBytes,
    long pingIntervalNanos,
    long pingTimeoutNanos,
    long handshakeTimeoutNanos,
    long idleTimeoutNanos) {
  static SessionLimits of(SettingValues settings) {
    return new SessionLimits(
        settings.get(StreamSettings.STREAM_MAX_PER_CONNECTION),
        settings.get(StreamSettings.STREAM_MAX_GROUP_MEMBERS),
        settings.get(StreamSettings.STREAM_MAX_PARTITIONS),
        settings.get(StreamSettings.STREAM_MAX_INFLIGHT_REQUESTS),
        settings.get(ListenerSettings.CONNECTION_INFLIGHT_BYTES),
        settings.get(ListenerSettings.HANDSHAKE_MAX_BYTES),
        settings.get(ListenerSettings.SOCKET_REQUEST_MAX_BYTES),
        settings.get(StreamSettings.STREAM_MESSAGE_MAX_BYTES),
        settings.get(StreamSettings.STREAM_FETCH_MAX_BYTES),
        settings.get(StreamSettings.STREAM_TAIL_BUFFER_BYTES),
        settings.get(StreamSettings.STREAM_BATCH_BYTES),
        settings.get(StreamSettings.STREAM_BATCH_BUFFER_BYTES),
        settings.get(StreamSettings.STREAM_BATCH_LINGER_MS),
        settings.get(ServerSettings.REQUEST_TIMEOUT_MS),
        settings.get(StreamSettings.STREAM_GOAWAY_DELAY_MS),
        settings.get(StreamSettings.STREAM_URL_CREDIT_RECORDS),
        settings.get(StreamSettings.STREAM_URL_CREDIT_BYTES),
        TimeUnit.MILLISECONDS.toNanos(settings.get(StreamSettings.STREAM_PING_INTERVAL_MS)),
        TimeUnit.MILLISECONDS.toNanos(settings.get(StreamSettings.STREAM_PING_TIMEOUT_MS)),
        TimeUnit.MILLISECONDS.toNanos(settings.get(ListenerSettings.HANDSHAKE_TIMEOUT_MS)),
        TimeUnit.MILLISECONDS.toNanos(settings.get(ListenerSettings.CONNECTIONS_MAX_IDLE_MS)));
  }
}
