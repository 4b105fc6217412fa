package io.millrace.endpoint.http;

import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.NodeState;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/**
 * For whoever watches the server: alive (the process answers), ready (recovery is done and it is
 * not stopping), and its metrics.
 */
final class HealthRoutes implements HttpRoutes {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final NodeState state;
  private final Supplier<String> scrape;

  HealthRoutes(Vertx vertx, NodeState state, Supplier<String> scrape) {
    this.vertx = vertx;
    this.state = state;
    this.scrape = scrape;
  }

  @Override
  public void mount(Router router) {
    Resource.at(router, "/health/live").on(HttpMethod.GET, this::live).end();
    Resource.at(router, "/health/ready").on(HttpMethod.GET, this::ready).end();
    Resource.at(router, "/metrics").on(HttpMethod.GET, this::metrics).end();
  }

  private void live(RoutingContext context) {
    JsonAnswer.send(context, 200, new JsonObject().put("status", "live"));
  }

  private void ready(RoutingContext context) {
    int status = state.isReady() ? 200 : 503;
    JsonAnswer.send(context, status, new JsonObject().put("status", state.toString()));
  }

  /** On a worker: gauges are many, and no event loop should wait for them. */
  private void metrics(RoutingContext context) {
    vertx
        .executeBlocking(scrape::get, false)
        .onFailure(context::fail)
        .onSuccess(
            text ->
                context
                    .response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, METRICS_TYPE)
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(text));
  }
}
