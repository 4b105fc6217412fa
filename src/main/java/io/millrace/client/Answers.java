package io.millrace.client;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Produced;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** Which request a message answers. */
final class Answers {
  /** No request: a message that the broker sends of its own accord. */
  static final long NONE = -1;

  private static final String REQUEST_ID = "requestId";

  private Answers() {}

  /** Every answer has the field, so that none can be left out here. */
  static long requestIdOf(SpecificRecord message) {
    if (message instanceof Produced produced) {
      return produced.getRequestId();
    }
    Schema.Field field = message.getSchema().getField(REQUEST_ID);
    return field != null && message.get(field.pos()) instanceof Long id ? id : NONE;
  }

  /** The error as the exception that it is here. */
  static StreamException exception(Error error) {
    ErrorCode code = ErrorCode.of(error.getCode());
    String message = error.getMessage();
    return new StreamException(code, message.isEmpty() ? code.sentence() : message);
  }
}
