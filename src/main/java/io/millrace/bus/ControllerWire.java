package io.millrace.bus;

import io.millrace.bus.message.ControllerAnswer;
import io.millrace.bus.message.ControllerQuestion;
import io.millrace.bus.message.ControllerRefusal;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.TimeSource;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Questions to the controller and its answers as frames. Deadlines travel as the time that is left,
 * since no two nodes share a monotonic clock.
 */
final class ControllerWire implements MessageWire {
  private static final Set<WireKind> KINDS =
      EnumSet.of(
          WireKind.CONTROLLER_QUESTION, WireKind.CONTROLLER_ANSWER, WireKind.CONTROLLER_REFUSAL);
  private static final int UNKNOWN = -1;

  private final TimeLeft time;

  ControllerWire(TimeSource time) {
    this.time = new TimeLeft(time);
  }

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof ControllerRequest || message instanceof ControllerReply;
  }

  @Override
  public void encode(Buffer out, BusMessage message) {
    if (message instanceof ControllerRequest request) {
      encode(out, request);
    } else {
      encode(out, (ControllerReply) message);
    }
  }

  private void encode(Buffer out, ControllerRequest request) {
    ControllerQuestion wire =
        new ControllerQuestion(
            request.correlationId(),
            request.replyTo().value(),
            time.leftMs(request.deadlineNanos()),
            ControllerAskWire.toWire(request.ask()));
    BusCodec.appendHeader(out, WireKind.CONTROLLER_QUESTION, Envelope.encode(wire));
  }

  private static void encode(Buffer out, ControllerReply reply) {
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

  @Override
  public BusMessage decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    return kind == WireKind.CONTROLLER_QUESTION
        ? decodeRequest(envelope)
        : decodeReply(kind, envelope);
  }

  private ControllerRequest decodeRequest(ByteBuf envelope) {
    ControllerQuestion wire =
        Envelope.decode(ControllerQuestion.getClassSchema(), ControllerQuestion.class, envelope);
    return new ControllerRequest(
        wire.getCorrelationId(),
        new Address<>(wire.getReplyTo(), Scope.CLUSTER, LoopMail.class),
        ControllerAskWire.fromWire(wire.getAsk()),
        time.deadline(wire.getTimeoutMs()));
  }

  private static ControllerReply decodeReply(WireKind kind, ByteBuf envelope) {
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
