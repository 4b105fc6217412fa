package io.millrace.endpoint.kafka;

import java.util.function.Supplier;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What is done for requests of one API. There is one object for each event loop, used for all its
 * connections.
 *
 * <p>A request is answered exactly once, at once or later, through its {@link KafkaCall}. An
 * exception that {@link #handle} throws is answered as the API answers errors.
 */
abstract class ApiHandler<T extends ApiMessage> {
  private final ApiMessageType api;
  private final Supplier<T> empty;
  private final short minVersion;
  private final short maxVersion;

  /**
   * @param empty makes a request without content; that of {@link ApiMessageType} knows all APIs,
   *     which is so much code that the JVM's compiler takes a tenth of its time for it
   */
  ApiHandler(ApiMessageType api, Supplier<T> empty, int minVersion, int maxVersion) {
    this.api = api;
    this.empty = empty;
    this.minVersion = (short) minVersion;
    this.maxVersion = (short) maxVersion;
  }

  final ApiMessageType api() {
    return api;
  }

  /** A request for the decoder to fill. */
  final T newRequest() {
    return empty.get();
  }

  /** The lowest version that is served. */
  final short minVersion() {
    return minVersion;
  }

  /** The highest version that is served. */
  final short maxVersion() {
    return maxVersion;
  }

  /** The lowest version that clients are told of. */
  short advertisedMinVersion() {
    return minVersion;
  }

  final boolean serves(short version) {
    return version >= minVersion && version <= maxVersion;
  }

  /**
   * Whether a request may start while earlier ones of this API and connection are not answered.
   * Others wait, so that a client sees what Kafka's broker, which takes one at a time, would show.
   */
  boolean overlaps() {
    return false;
  }

  /** Does it. Byte buffers in the request are gone when this returns. */
  abstract void handle(T request, KafkaCall call);

  @SuppressWarnings("unchecked") // the registry finds the handler by the API of the message
  final void handleAny(ApiMessage request, KafkaCall call) {
    handle((T) request, call);
  }
}
