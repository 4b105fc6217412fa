package io.millrace.endpoint.kafka;

import io.millrace.protocol.kafka.RequestHead;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;

/** Answers that say that a request failed as a whole, each in the way of its API. */
final class ErrorAnswers {
  private ErrorAnswers() {}

  /**
   * The answer; kafka-clients knows for each API where its errors go. It wants the request as
   * bytes, which is no matter where something went wrong.
   */
  static ApiMessage of(RequestHead head, ApiMessage request, Throwable failure) {
    String reason = failure.getMessage();
    AbstractRequest whole =
        AbstractRequest.parseRequest(
                ApiKeys.forId(head.api().apiKey()),
                head.version(),
                MessageUtil.toByteBufferAccessor(request, head.version()))
            .request;
    Throwable told =
        reason == null
            ? KafkaErrors.of(failure).exception()
            : KafkaErrors.of(failure).exception(reason);
    return whole.getErrorResponse(0, told).data();
  }
}
