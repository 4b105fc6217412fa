package io.millrace.bus;

import io.millrace.model.TimeSource;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The one codec of the bus. Within a process a message passes as it is. Between nodes it is a
 * frame:
 *
 * <pre>
 *   int8   version, 1
 *   int8   kind ({@link WireKind})
 *   int32  length of the envelope in bytes
 *   ...    envelope: an Avro record of io.millrace.bus.message
 *   ...    record batches, raw, back to back; their lengths are in the envelope
 * </pre>
 *
 * <p>Mail is a frame of kind MAIL whose envelope is empty, followed by an int32 count and, for each
 * reply, an int32 length and its frame. Every length and count is checked against the bytes that
 * remain before anything is made of it. Record bytes go into the message in small pieces, and are
 * not copied on the way in.
 *
 * <p>Threading: any thread.
 */
final class BusCodec implements MessageCodec<BusMessage, BusMessage> {
  static final byte VERSION = 1;
  private static final int HEADER_BYTES = 6;
  private static final int PIECE_BYTES = 64 * 1024;

  private final RequestWire requests;
  private final ReplyWire replies = new ReplyWire();
  private final ControllerWire controller;

  BusCodec(TimeSource time) {
    this.requests = new RequestWire(time);
    this.controller = new ControllerWire(time);
  }

  @Override
  public BusMessage transform(BusMessage message) {
    return message;
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    if (message instanceof ShardRequest request) {
      requests.encode(buffer, request);
    } else if (message instanceof ShardReply reply) {
      replies.encode(buffer, reply);
    } else if (message instanceof ControllerRequest request) {
      controller.encode(buffer, request);
    } else if (message instanceof ControllerReply reply) {
      controller.encode(buffer, reply);
    } else if (message instanceof LoopMail mail) {
      encodeMail(buffer, mail);
    } else {
      throw new IllegalStateException(
          message.getClass().getSimpleName() + " is a message within one node and never leaves it");
    }
  }

  private void encodeMail(Buffer out, LoopMail mail) {
    appendHeader(out, WireKind.MAIL, new byte[0]);
    out.appendInt(mail.replies().size());
    for (BusReply reply : mail.replies()) {
      int lengthAt = out.length();
      out.appendInt(0);
      encodeToWire(out, reply);
      out.setInt(lengthAt, out.length() - lengthAt - Integer.BYTES);
    }
  }

  static void appendHeader(Buffer out, WireKind kind, byte[] envelope) {
    out.appendByte(VERSION);
    out.appendByte((byte) kind.id());
    out.appendInt(envelope.length);
    out.appendBytes(envelope);
  }

  /** Appends so many bytes, in pieces, so that the copy on the way stays small. */
  static void appendInPieces(Buffer out, int sizeBytes, PieceReader reader) {
    byte[] piece = new byte[Math.min(sizeBytes, PIECE_BYTES)];
    int copied = 0;
    while (copied < sizeBytes) {
      int count =
          reader.read(
              ByteBuffer.wrap(piece, 0, Math.min(piece.length, sizeBytes - copied)), copied);
      out.appendBytes(piece, 0, count);
      copied += count;
    }
  }

  /** Where bytes of a message come from. */
  @FunctionalInterface
  interface PieceReader {
    /** Puts at least one byte from this position on; says how many. */
    int read(ByteBuffer target, int position);
  }

  /**
   * @throws io.millrace.model.StreamException INVALID_REQUEST or CORRUPT_MESSAGE if the bytes are
   *     not what this codec writes
   */
  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    ByteBuf all = ((BufferInternal) buffer).getByteBuf();
    if (position < 0 || position > all.writerIndex()) {
      throw WireFormatError.of(
          "a message begins at %s of %s bytes".formatted(position, all.writerIndex()));
    }
    return decode(all.slice(position, all.writerIndex() - position), true);
  }

  private BusMessage decode(ByteBuf frame, boolean mailAllowed) {
    if (frame.readableBytes() < HEADER_BYTES) {
      throw WireFormatError.of(
          "a message of %s bytes, expected at least %s"
              .formatted(frame.readableBytes(), HEADER_BYTES));
    }
    byte version = frame.readByte();
    if (version != VERSION) {
      throw WireFormatError.of("message version %s, expected %s".formatted(version, VERSION));
    }
    WireKind kind = WireKind.of(frame.readByte());
    ByteBuf envelope = readSlice(frame, frame.readInt());
    BusMessage message;
    if (kind == WireKind.MAIL && mailAllowed) {
      message = decodeMail(frame);
    } else if (kind == WireKind.CONTROLLER_QUESTION) {
      message = controller.decodeRequest(envelope);
    } else if (kind == WireKind.CONTROLLER_ANSWER || kind == WireKind.CONTROLLER_REFUSAL) {
      message = controller.decodeReply(kind, envelope);
    } else if (kind.isRequest()) {
      message = requests.decode(kind, envelope, frame);
    } else if (kind != WireKind.MAIL) {
      message = replies.decode(kind, envelope, frame);
    } else {
      throw WireFormatError.of("mail within mail");
    }
    if (envelope.isReadable() || frame.isReadable()) {
      throw WireFormatError.of(
          "%s bytes are left behind a message"
              .formatted(envelope.readableBytes() + frame.readableBytes()));
    }
    return message;
  }

  private LoopMail decodeMail(ByteBuf frame) {
    int count = frame.readableBytes() < Integer.BYTES ? -1 : frame.readInt();
    if (count < 0 || count > frame.readableBytes() / (Integer.BYTES + HEADER_BYTES)) {
      throw WireFormatError.of("%s replies in %s bytes".formatted(count, frame.readableBytes()));
    }
    List<BusReply> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = frame.readableBytes() < Integer.BYTES ? -1 : frame.readInt();
      if (!(decode(readSlice(frame, length), false) instanceof BusReply reply)) {
        throw WireFormatError.of("mail holds something else than replies");
      }
      all.add(reply);
    }
    return new LoopMail(all);
  }

  /** So many bytes as they are, without a copy. */
  static ByteBuf readSlice(ByteBuf frame, int length) {
    if (length < 0 || length > frame.readableBytes()) {
      throw WireFormatError.of(
          "a length of %s where %s bytes remain".formatted(length, frame.readableBytes()));
    }
    return frame.readSlice(length);
  }

  @Override
  public String name() {
    return "millrace";
  }

  @Override
  public byte systemCodecID() {
    return -1; // What Vert.x expects of a codec that is not its own.
  }
}
