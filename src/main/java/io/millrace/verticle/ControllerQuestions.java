package io.millrace.verticle;

import io.millrace.bus.Addresses;
import io.millrace.bus.ControllerReply;
import io.millrace.bus.ControllerRequest;
import io.millrace.bus.TypedBus;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * Takes what other nodes ask this one's controller, and tells them who is the controller if it is
 * not this node.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class ControllerQuestions {
  private final TypedBus bus;
  private final ControllerService service;
  private final Supplier<ClusterImage> committed;
  private final TimeSource time;

  ControllerQuestions(
      TypedBus bus, ControllerService service, Supplier<ClusterImage> committed, TimeSource time) {
    this.bus = bus;
    this.service = service;
    this.committed = committed;
    this.time = time;
  }

  TypedBus.Registration take(NodeId self) {
    Outbox outbox = new Outbox(bus);
    return bus.consume(
        Addresses.controller(self),
        (ControllerRequest request) ->
            answered(request)
                .onSuccess(
                    reply -> {
                      outbox.reply(request.replyTo(), reply);
                      outbox.flush();
                    }));
  }

  private Future<ControllerReply> answered(ControllerRequest request) {
    if (request.deadlineNanos() - time.monotonicNanos() <= 0) {
      return Future.succeededFuture(
          refused(
              request.correlationId(),
              new StreamException(
                  ErrorCode.REQUEST_TIMED_OUT, "the question came too late; nothing was done")));
    }
    return service
        .answer(request.ask())
        .<ControllerReply>map(
            answer -> new ControllerReply.Answered(request.correlationId(), answer))
        .otherwise(error -> refused(request.correlationId(), error));
  }

  private ControllerReply refused(long correlationId, Throwable error) {
    ErrorCode code =
        error instanceof StreamException known ? known.code() : ErrorCode.UNKNOWN_SERVER_ERROR;
    return new ControllerReply.Refused(
        correlationId, code, String.valueOf(error.getMessage()), committed.get().controller());
  }
}
