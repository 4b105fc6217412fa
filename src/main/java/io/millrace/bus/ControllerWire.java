package io.millrace.bus;

import io.millrace.bus.message.ControllerAnswer;
import io.millrace.bus.message.ControllerQuestion;
import io.millrace.bus.message.ControllerRefusal;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Questions to the controller and its answers as frames. Deadlines travel as the time that is left,
 * since no two nodes share a monotonic clock.
 */
final class ControllerWire {
  private static final long NANOS_PER_MS = 1_000_000;
  private static final int UNKNOWN = -1;

  private final TimeSource time;

  ControllerWire(TimeSource time) {
    this.time = time;
  }

  void encode(Buffer out, ControllerRequest request) {
    long left = (request.deadlineNanos() - time.monotonicNanos()) / NANOS_PER_MS;
    ControllerQuestion wire =
        new ControllerQuestion(
            request.correlationId(),
            request.replyTo().value(),
            (int) Math.max(0, Math.min(Integer.MAX_VALUE, left)),
            ControllerAskWire.toWire(request.ask()));
    BusCodec.appendHeader(out, WireKind.CONTROLLER_QUESTION, Envelope.encode(wire));
  }

  void encode(Buffer out, ControllerReply reply) {
    if (reply instanceof ControllerReply.Answered answered) {
      ControllerAnswer wire =
          new ControllerAnswer(
              answered.correlationId(), ControllerAnswerWire.toWire(answered.answer()));
      BusCodec.appendHeader(out, WireKind.CONTROLLER_ANSWER, Envelope.encode(wire));
    } else if (reply instanceof ControllerReply.Refused refused) {
      ControllerRefusal wire =
          new ControllerRefusal(
              refused.correlationId(),
              refused.error().id(),
              refused.reason(),
              refused.controller().map(NodeId::value).orElse(UNKNOWN));
      BusCodec.appendHeader(out, WireKind.CONTROLLER_REFUSAL, Envelope.encode(wire));
    }
  }

  ControllerRequest decodeRequest(ByteBuf envelope) {
    ControllerQuestion wire =
        Envelope.decode(ControllerQuestion.getClassSchema(), ControllerQuestion.class, envelope);
    return new ControllerRequest(
        wire.getCorrelationId(),
        new Address<>(wire.getReplyTo(), Scope.CLUSTER, LoopMail.class),
        ControllerAskWire.fromWire(wire.getAsk()),
        time.monotonicNanos() + Math.max(0, wire.getTimeoutMs()) * NANOS_PER_MS);
  }

  ControllerReply decodeReply(WireKind kind, ByteBuf envelope) {
    if (kind == WireKind.CONTROLLER_ANSWER) {
      ControllerAnswer wire =
          Envelope.decode(ControllerAnswer.getClassSchema(), ControllerAnswer.class, envelope);
      return new ControllerReply.Answered(
          wire.getCorrelationId(), ControllerAnswerWire.fromWire(wire.getAnswer()));
    }
    ControllerRefusal wire =
        Envelope.decode(ControllerRefusal.getClassSchema(), ControllerRefusal.class, envelope);
    return new ControllerReply.Refused(
        wire.getCorrelationId(),
        ErrorCode.of(wire.getError()),
        wire.getReason(),
        ControlFields.read(
            () ->
                wire.getController() == UNKNOWN
                    ? Optional.<NodeId>empty()
                    : Optional.of(new NodeId(wire.getController()))));
  }
}
