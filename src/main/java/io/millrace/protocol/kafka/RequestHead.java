package io.millrace.protocol.kafka;

import org.apache.kafka.common.message.ApiMessageType;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a request's body.
 *
 * @param version as the client wrote it, perhaps one that nobody knows
 * @param correlationId to be repeated in the answer
 * @param clientId the client's name for itself, if it gave one
 * @param bodyOffset where the body begins, from the beginning of the frame
 */
public record RequestHead(
    ApiMessageType api,
    short version,
    int correlationId,
    @Nullable String clientId,
    int bodyOffset) {
  @Override
  public String toString() {
    return api.name + " v" + version;
  }
}
