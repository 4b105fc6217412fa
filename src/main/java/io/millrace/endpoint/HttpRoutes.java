package io.millrace.endpoint;

import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import java.util.List;

/**
 * Routes that an endpoint contributes to the HTTP listener. Whatever reaches them has passed the
 * rules on Host and Origin and the limits on connections.
 *
 * <p>Threading: one object per event loop, used on it.
 */
public interface HttpRoutes {
  /**
   * Adds the routes. A handler that throws {@link io.millrace.model.StreamException}, or fails its
   * context with one, is answered as JSON under the error's status.
   */
  void mount(Router router);

  /** The WebSocket sub-protocols that the routes speak, the preferred one first. */
  default List<String> webSocketSubProtocols() {
    return List.of();
  }

  /** Ends what the routes have open; completes when it is gone or its time is up. */
  default Future<Void> close() {
    return Future.succeededFuture();
  }
}
