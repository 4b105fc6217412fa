package io.millrace.endpoint.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Answers in JSON. 64-bit numbers are texts in it, as everywhere in Millrace's JSON. */
final class JsonAnswer {
  static final String CONTENT_TYPE = "application/json";

  private JsonAnswer() {}

  static void send(RoutingContext context, int status, JsonObject body) {
    send(context, status, body.toBuffer());
  }

  /** As the other one, with JSON that is written already. */
  static void send(RoutingContext context, int status, Buffer json) {
    if (!context.response().closed()) {
      context
          .response()
          .setStatusCode(status)
          .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
          .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
          .end(json);
    }
  }

  /** A 64-bit number as JSON carries it: JavaScript's numbers hold 53 bits. */
  static String number(long value) {
    return Long.toString(value);
  }
}
