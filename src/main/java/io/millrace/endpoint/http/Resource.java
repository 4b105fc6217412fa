package io.millrace.endpoint.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.List;

/**
 * One path and what can be done with it. Whatever else is tried is answered 405 with the list of
 * what can.
 */
final class Resource {
  private final Router router;
  private final String path;
  private final List<String> methods = new ArrayList<>();

  private Resource(Router router, String path) {
    this.router = router;
    this.path = path;
  }

  static Resource at(Router router, String path) {
    return new Resource(router, path);
  }

  Resource on(HttpMethod method, Handler<RoutingContext> handler) {
    router.route(method, path).handler(handler);
    methods.add(method.name());
    return this;
  }

  /** With a body of one of these media types, of at most so many bytes, read before the handler. */
  Resource on(
      HttpMethod method,
      List<String> mediaTypes,
      int maxBodyBytes,
      Handler<RoutingContext> handler) {
    // A route of its own: nothing of a user's may come before a body handler in the same one.
    router.route(method, path).handler(context -> MediaTypes.check(context, mediaTypes));
    router
        .route(method, path)
        .handler(BodyHandler.create(false).setBodyLimit(maxBodyBytes))
        .handler(handler);
    methods.add(method.name());
    return this;
  }

  /** Refuses everything else. */
  void end() {
    String allow = String.join(", ", methods);
    router
        .route(path)
        .handler(
            context -> {
              context.response().putHeader(HttpHeaders.ALLOW, allow);
              context.fail(405);
            });
  }
}
