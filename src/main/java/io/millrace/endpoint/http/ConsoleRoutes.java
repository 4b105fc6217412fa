package io.millrace.endpoint.http;

import io.millrace.endpoint.HttpRoutes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The console: three files from the jar, which talk to this server alone, as their content security
 * policy says.
 */
final class ConsoleRoutes implements HttpRoutes {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  /** A file, where it is served, and as what. */
  private record Page(String path, String file, String type) {}

  private static final List<Page> PAGES =
      List.of(
          new Page("/", "console.html", "text/html; charset=utf-8"),
          new Page("/console.css", "console.css", "text/css; charset=utf-8"),
          new Page("/console.js", "console.js", "text/javascript; charset=utf-8"));

  @Override
  public void mount(Router router) {
    for (Page page : PAGES) {
      // Read when first asked for: most servers never show it, and start-up is short.
      Buffer[] content = new Buffer[1];
      Resource.at(router, page.path())
          .on(
              HttpMethod.GET,
              context -> {
                if (content[0] == null) {
                  content[0] = read(page.file());
                }
                send(context, page.type(), content[0]);
              })
          .end();
    }
  }

  private static void send(RoutingContext context, String type, Buffer content) {
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("Referrer-Policy", "no-referrer")
        .end(content);
  }

  private static Buffer read(String file) {
    try (InputStream in = ConsoleRoutes.class.getResourceAsStream("/io/millrace/console/" + file)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no console/" + file);
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
