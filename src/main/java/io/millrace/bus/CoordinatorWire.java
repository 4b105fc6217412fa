package io.millrace.bus;

import io.millrace.avro.BoundedDecoder;
import io.millrace.bus.message.CoordinatorAnswer;
import io.millrace.bus.message.CoordinatorQuestion;
import io.millrace.model.ErrorCode;
import io.millrace.model.TimeSource;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Questions to group coordinators and their answers as frames. */
final class CoordinatorWire implements MessageWire {
  private static final Set<WireKind> KINDS =
      EnumSet.of(WireKind.COORDINATOR_QUESTION, WireKind.COORDINATOR_ANSWER);
  private static final int ASK = 0;
  private static final int AWAIT = 1;
  private static final int FORGET = 2;
  private static final int LIST = 3;
  private static final int ANSWERED = 0;
  private static final int LOADED = 1;
  private static final int LISTED = 2;
  private static final int FAILED = 3;
  private static final int NONE = -1;
  private static final byte[] NOTHING = {};
  private static final RecordShape REQUESTS = RecordShape.of(GroupRequest.class);
  private static final RecordShape RESPONSES = RecordShape.of(GroupResponse.class);
  private static final RecordShape FILTERS = RecordShape.of(Filter.class);
  private static final RecordShape GROUPS = RecordShape.of(Groups.class);

  private final TimeLeft time;

  CoordinatorWire(TimeSource time) {
    this.time = new TimeLeft(time);
  }

  /** What is listed. */
  record Filter(Set<GroupState> states, Set<GroupType> types) {}

  /** A list of groups. */
  record Groups(List<GroupResponse.Listed> groups) {}

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof CoordinatorRequest || message instanceof CoordinatorReply;
  }

  @Override
  public void encode(Buffer out, BusMessage message) {
    if (message instanceof CoordinatorRequest request) {
      BusCodec.appendHeader(out, WireKind.COORDINATOR_QUESTION, Envelope.encode(question(request)));
    } else {
      BusCodec.appendHeader(
          out, WireKind.COORDINATOR_ANSWER, Envelope.encode(answer((CoordinatorReply) message)));
    }
  }

  private CoordinatorQuestion question(CoordinatorRequest request) {
    if (request instanceof CoordinatorRequest.Ask ask) {
      byte[] body = bytes(REQUESTS, ask.request());
      return question(request, ASK, ask.partition(), time.leftMs(ask.deadlineNanos()), body);
    } else if (request instanceof CoordinatorRequest.AwaitLoaded await) {
      return question(request, AWAIT, await.partition(), 0, NOTHING);
    } else if (request instanceof CoordinatorRequest.ListGroups list) {
      return question(
          request, LIST, NONE, 0, bytes(FILTERS, new Filter(list.states(), list.types())));
    }
    return question(request, FORGET, NONE, 0, NOTHING);
  }

  private static CoordinatorQuestion question(
      CoordinatorRequest request, int what, int partition, int timeoutMs, byte[] body) {
    return new CoordinatorQuestion(
        request.correlationId(),
        request.replyTo().value(),
        what,
        partition,
        timeoutMs,
        ByteBuffer.wrap(body));
  }

  private static CoordinatorAnswer answer(CoordinatorReply reply) {
    if (reply instanceof CoordinatorReply.Answered answered) {
      return answer(reply, ANSWERED, 0, "", bytes(RESPONSES, answered.response()));
    } else if (reply instanceof CoordinatorReply.Listed listed) {
      return answer(reply, LISTED, 0, "", bytes(GROUPS, new Groups(listed.groups())));
    } else if (reply instanceof CoordinatorReply.Failed failed) {
      return answer(reply, FAILED, failed.error().id(), failed.reason(), NOTHING);
    }
    return answer(reply, LOADED, 0, "", NOTHING);
  }

  private static CoordinatorAnswer answer(
      CoordinatorReply reply, int what, int error, String reason, byte[] body) {
    return new CoordinatorAnswer(reply.correlationId(), what, error, reason, ByteBuffer.wrap(body));
  }

  private static byte[] bytes(RecordShape shape, Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      shape.write(value, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static <T> T value(RecordShape shape, Class<T> type, ByteBuffer body) {
    BoundedDecoder decoder =
        new BoundedDecoder(body.array(), body.arrayOffset() + body.position(), body.remaining());
    try {
      T value = type.cast(shape.read(decoder));
      if (decoder.remaining() > 0) {
        throw WireFormatError.of("%s bytes are left".formatted(decoder.remaining()));
      }
      return value;
    } catch (IOException e) {
      throw WireFormatError.of(
          "%s cannot be read: %s".formatted(type.getSimpleName(), e.getMessage()));
    }
  }

  @Override
  public BusMessage decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    return kind == WireKind.COORDINATOR_QUESTION
        ? decodeQuestion(
            Envelope.decode(
                CoordinatorQuestion.getClassSchema(), CoordinatorQuestion.class, envelope))
        : decodeAnswer(
            Envelope.decode(CoordinatorAnswer.getClassSchema(), CoordinatorAnswer.class, envelope));
  }

  private CoordinatorRequest decodeQuestion(CoordinatorQuestion wire) {
    long id = wire.getCorrelationId();
    Address<LoopMail> replyTo = new Address<>(wire.getReplyTo(), Scope.CLUSTER, LoopMail.class);
    return switch (wire.getWhat()) {
      case ASK ->
          new CoordinatorRequest.Ask(
              id,
              replyTo,
              wire.getPartition(),
              value(REQUESTS, GroupRequest.class, wire.getBody()),
              time.deadline(wire.getTimeoutMs()));
      case AWAIT -> new CoordinatorRequest.AwaitLoaded(id, replyTo, wire.getPartition());
      case FORGET -> new CoordinatorRequest.Forget(id, replyTo);
      case LIST -> {
        Filter filter = value(FILTERS, Filter.class, wire.getBody());
        yield new CoordinatorRequest.ListGroups(id, replyTo, filter.states(), filter.types());
      }
      default -> throw WireFormatError.of("question %s".formatted(wire.getWhat()));
    };
  }

  private static CoordinatorReply decodeAnswer(CoordinatorAnswer wire) {
    long id = wire.getCorrelationId();
    return switch (wire.getWhat()) {
      case ANSWERED ->
          new CoordinatorReply.Answered(id, value(RESPONSES, GroupResponse.class, wire.getBody()));
      case LOADED -> new CoordinatorReply.Loaded(id);
      case LISTED ->
          new CoordinatorReply.Listed(id, value(GROUPS, Groups.class, wire.getBody()).groups());
      case FAILED ->
          new CoordinatorReply.Failed(id, ErrorCode.of(wire.getErrorCode()), wire.getReason());
      default -> throw WireFormatError.of("answer %s".formatted(wire.getWhat()));
    };
  }
}
