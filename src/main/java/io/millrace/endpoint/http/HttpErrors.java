package io.millrace.endpoint.http;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where errors become HTTP: {@code {"error":{"code":..,"name":..,"message":..,
 * "retriable":..}}} under the status that fits the code. Unexpected failures are logged and told
 * without a detail.
 */
final class HttpErrors {
  private static final long LINGER_MS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(HttpErrors.class);

  private HttpErrors() {}

  /** Answers a failed request. */
  static void respond(RoutingContext context) {
    int status = context.statusCode() > 0 ? context.statusCode() : 500;
    Throwable failure = context.failure();
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed() || failure instanceof HttpClosedException) {
      return;
    }
    StreamException error = errorOf(status, failure);
    if (error.code() == ErrorCode.UNKNOWN_SERVER_ERROR) {
      LOG.error("request failed method={} status={}", context.request().method(), status, failure);
    }
    if (response.headWritten()) {
      // Half an answer cannot be taken back; cut off, it is not taken for a whole one.
      context.request().connection().close();
      return;
    }
    respond(context, statusOf(error.code(), status), error);
  }

  private static void respond(RoutingContext context, int status, StreamException error) {
    boolean bodyUnread = !context.request().isEnded();
    if (bodyUnread) {
      // The rest of the body is not read, so nothing can follow on this connection.
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    Future<Void> sent = send(context, status, error);
    if (bodyUnread) {
      // Not at once: closing a socket with unread bytes may take the answer away from its reader.
      sent.onComplete(
          done ->
              context.vertx().setTimer(LINGER_MS, later -> context.request().connection().close()));
    }
  }

  private static Future<Void> send(RoutingContext context, int status, StreamException error) {
    return context
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, JsonAnswer.CONTENT_TYPE)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body(error).toBuffer());
  }

  static JsonObject body(StreamException error) {
    ErrorCode code = error.code();
    return new JsonObject()
        .put(
            "error",
            new JsonObject()
                .put("code", code.id())
                .put("name", code.name())
                .put("message", error.getMessage())
                .put("retriable", code.retriable()));
  }

  private static StreamException errorOf(int status, @Nullable Throwable failure) {
    if (failure instanceof StreamException error) {
      return error;
    }
    return switch (status) {
      case 400 -> new StreamException(ErrorCode.INVALID_REQUEST, "the request is not valid HTTP");
      case 404 -> new StreamException(ErrorCode.NOT_FOUND);
      case 405 ->
          new StreamException(
              ErrorCode.INVALID_REQUEST, "the resource has no such method; see the Allow header");
      case 413 ->
          new StreamException(
              ErrorCode.FRAME_TOO_LARGE,
              "the request's body is larger than socket.request.max.bytes of this server");
      case 417 ->
          new StreamException(
              ErrorCode.INVALID_REQUEST, "Expect may be '100-continue' and nothing else");
      default -> new StreamException(ErrorCode.UNKNOWN_SERVER_ERROR);
    };
  }

  /** The status of a code; {@code otherwise} where HTTP found the error itself. */
  private static int statusOf(ErrorCode code, int otherwise) {
    if (otherwise != 500) {
      return otherwise;
    }
    return switch (code) {
      case NONE -> 200;
      case INVALID_TOPIC,
          INVALID_PARTITIONS,
          INVALID_REPLICATION_FACTOR,
          INVALID_CONFIG,
          INVALID_REQUEST,
          UNSUPPORTED_VERSION,
          CORRUPT_MESSAGE,
          INVALID_RECORD,
          INVALID_TIMESTAMP,
          UNSUPPORTED_COMPRESSION_TYPE,
          UNKNOWN_MESSAGE,
          UNKNOWN_STREAM,
          INVALID_RESUME_TOKEN,
          INVALID_START_OFFSET,
          INVALID_REPLICA_ASSIGNMENT ->
          400;
      case POLICY_VIOLATION, ORIGIN_NOT_ALLOWED -> 403;
      case HOST_NOT_ALLOWED -> 421;
      case UNKNOWN_TOPIC_OR_PARTITION, NOT_FOUND, BROKER_NOT_FOUND -> 404;
      case IDLE_TIMEOUT -> 408;
      case TOPIC_ALREADY_EXISTS,
          CLUSTER_ID_MISMATCH,
          OUT_OF_ORDER_SEQUENCE_NUMBER,
          DUPLICATE_SEQUENCE_NUMBER,
          INVALID_PRODUCER_EPOCH,
          UNKNOWN_PRODUCER_ID,
          FENCED_LEADER_EPOCH,
          UNKNOWN_LEADER_EPOCH,
          OFFSET_NOT_AVAILABLE,
          NO_REASSIGNMENT_IN_PROGRESS,
          ELECTION_NOT_NEEDED ->
          409;
      case MESSAGE_TOO_LARGE, FRAME_TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      case OFFSET_OUT_OF_RANGE -> 416;
      case THROTTLED, LIMIT_EXCEEDED -> 429;
      case REQUEST_TIMED_OUT, UNKNOWN_OUTCOME -> 504;
      case DISK_FULL -> 507;
      case CLOSED -> 503;
      default -> code.retriable() ? 503 : 500;
    };
  }
}
