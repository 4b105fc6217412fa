package io.millrace.endpoint.http;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Answers what could not be read as HTTP, and closes the connection: nobody knows what follows. */
final class InvalidRequests {
  private InvalidRequests() {}

  static void answer(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status = 400;
    ErrorCode code = ErrorCode.INVALID_REQUEST;
    String message = "the request is not valid HTTP/1.1";
    if (cause instanceof TooLongHttpLineException) {
      status = 414;
      code = ErrorCode.LIMIT_EXCEEDED;
      message = "the request's first line is longer than http.max.line.bytes of this server";
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = 431;
      code = ErrorCode.LIMIT_EXCEEDED;
      message = "the request's headers are larger than http.max.header.bytes of this server";
    }
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, JsonAnswer.CONTENT_TYPE)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(HttpErrors.body(new StreamException(code, message)).toBuffer())
        .onComplete(sent -> request.connection().close());
  }
}
