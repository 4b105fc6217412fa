package io.millrace.endpoint.http;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/**
 * What a body may be. Only media types that no HTML form can send are read, so that a page of
 * another origin must ask first (a CORS preflight), which the rules on origins refuse.
 */
final class MediaTypes {
  static final String JSON = "application/json";
  static final String BYTES = "application/octet-stream";

  private MediaTypes() {}

  /** Goes on if the request's body is of one of these types, as it is, without an encoding. */
  static void check(RoutingContext context, List<String> accepted) {
    String type = of(context.request());
    String encoding = context.request().getHeader(HttpHeaders.CONTENT_ENCODING);
    if (!accepted.contains(type)) {
      throw new StreamException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "the Content-Type is "
              + (type.isEmpty() ? "not given" : "not one that this resource reads")
              + ", expected "
              + String.join(" or ", accepted));
    }
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new StreamException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "the body has a Content-Encoding; send it as it is, batches are compressed by settings");
    }
    context.next();
  }

  /** The media type without its parameters; empty if there is none. */
  static String of(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (header == null) {
      return "";
    }
    int parameters = header.indexOf(';');
    String type = parameters < 0 ? header : header.substring(0, parameters);
    return type.trim().toLowerCase(Locale.ROOT);
  }
}
