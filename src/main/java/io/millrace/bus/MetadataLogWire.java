package io.millrace.bus;

import io.millrace.bus.message.MetadataFetchAnswer;
import io.millrace.bus.message.MetadataFetchQuestion;
import io.millrace.bus.message.RaftLetter;
import io.millrace.model.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * What members of the metadata log say to each other and to those who follow it, as frames: the
 * bytes that the bus does not look into stand raw behind the envelope.
 */
final class MetadataLogWire implements MessageWire {
  private static final Set<WireKind> KINDS =
      EnumSet.of(WireKind.RAFT_MAIL, WireKind.METADATA_FETCH, WireKind.METADATA_FETCHED);

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof RaftMail
        || message instanceof MetadataFetchRequest
        || message instanceof MetadataFetchReply;
  }

  @Override
  public void encode(Buffer out, BusMessage message) {
    if (message instanceof RaftMail mail) {
      ByteBuffer bytes = mail.bytes();
      BusCodec.appendHeader(
          out,
          WireKind.RAFT_MAIL,
          Envelope.encode(new RaftLetter(mail.toMember(), bytes.remaining())));
      append(out, bytes);
    } else if (message instanceof MetadataFetchRequest request) {
      ByteBuffer bytes = request.bytes();
      BusCodec.appendHeader(
          out,
          WireKind.METADATA_FETCH,
          Envelope.encode(
              new MetadataFetchQuestion(
                  request.correlationId(), request.replyTo().value(), bytes.remaining())));
      append(out, bytes);
    } else if (message instanceof MetadataFetchReply reply) {
      ByteBuffer bytes = reply.bytes();
      BusCodec.appendHeader(
          out,
          WireKind.METADATA_FETCHED,
          Envelope.encode(
              new MetadataFetchAnswer(
                  reply.correlationId(), reply.error().id(), bytes.remaining())));
      append(out, bytes);
    }
  }

  private static void append(Buffer out, ByteBuffer bytes) {
    BusCodec.appendInPieces(
        out,
        bytes.remaining(),
        (target, at) -> {
          int count = Math.min(target.remaining(), bytes.remaining() - at);
          target.put(bytes.slice(at, count));
          return count;
        });
  }

  @Override
  public BusMessage decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    return switch (kind) {
      case RAFT_MAIL -> {
        RaftLetter wire = Envelope.decode(RaftLetter.getClassSchema(), RaftLetter.class, envelope);
        yield new RaftMail(wire.getToMember(), read(records, wire.getSizeBytes()));
      }
      case METADATA_FETCH -> {
        MetadataFetchQuestion wire =
            Envelope.decode(
                MetadataFetchQuestion.getClassSchema(), MetadataFetchQuestion.class, envelope);
        yield new MetadataFetchRequest(
            wire.getCorrelationId(),
            new Address<>(wire.getReplyTo(), Scope.CLUSTER, LoopMail.class),
            read(records, wire.getSizeBytes()));
      }
      case METADATA_FETCHED -> {
        MetadataFetchAnswer wire =
            Envelope.decode(
                MetadataFetchAnswer.getClassSchema(), MetadataFetchAnswer.class, envelope);
        yield new MetadataFetchReply(
            wire.getCorrelationId(),
            ErrorCode.of(wire.getError()),
            read(records, wire.getSizeBytes()));
      }
      default -> throw WireFormatError.of("%s is not of the metadata log".formatted(kind));
    };
  }

  /** A copy: the frame's memory is the connection's. */
  private static ByteBuffer read(ByteBuf records, int sizeBytes) {
    ByteBuf slice = BusCodec.readSlice(records, sizeBytes);
    byte[] bytes = new byte[sizeBytes];
    slice.readBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
