package io.millrace.endpoint.http;

import io.millrace.endpoint.NodeState;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * What every request meets first, upgrades to WebSocket included: the rules on Host and Origin,
 * then the answer to CORS preflights of the origins that are allowed, then whether this node still
 * takes work.
 */
final class EdgeHandler implements Handler<RoutingContext> {
  private static final String HEALTH = "/health/";

  /** The key of a record whose value is the body. */
  static final String KEY_HEADER = "Millrace-Key";

  private static final String METHODS = "GET, POST, PATCH, DELETE";
  private static final String PREFLIGHT_AGE_SECONDS = "600";

  private final OriginPolicy policy;
  private final NodeState state;

  EdgeHandler(OriginPolicy policy, NodeState state) {
    this.policy = policy;
    this.state = state;
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    policy.check(
        request.headers().getAll(HttpHeaders.HOST), request.headers().getAll(HttpHeaders.ORIGIN));
    HttpServerResponse response = context.response();
    response.putHeader("X-Content-Type-Options", "nosniff");
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin != null) {
      response
          .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
          .putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
      if (request.method().equals(HttpMethod.OPTIONS)) {
        allowPreflight(response);
        return;
      }
    }
    if (state.isStopping() && !request.path().startsWith(HEALTH)) {
      throw new StreamException(ErrorCode.SHUTTING_DOWN);
    }
    context.next();
  }

  private static void allowPreflight(HttpServerResponse response) {
    response
        .setStatusCode(204)
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .putHeader(
            HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Last-Event-ID, " + KEY_HEADER)
        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE_SECONDS)
        .end();
  }
}
