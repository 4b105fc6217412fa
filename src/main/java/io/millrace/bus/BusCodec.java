package io.millrace.bus;

import io.millrace.model.TimeSource;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * reply, an int32 length and its frame. A message or reply that cannot be written becomes a frame
 * of kind VOID, whatever else is in it: a codec that throws would leave its connection stuck. Every
 * length and count is checked against the bytes that remain before anything is made of it. Record
 * bytes go into the message in small pieces, and are not copied on the way in.
 *
 * <p>Threading: any thread.
 */
final class BusCodec implements MessageCodec<BusMessage, BusMessage> {
  static final byte VERSION = 1;
  private static final int HEADER_BYTES = 6;
  private static final int PIECE_BYTES = 64 * 1024;
  private static final byte[] NOTHING = {};
  private static final Logger LOG = LoggerFactory.getLogger(BusCodec.class);

  private final List<MessageWire> wires;
  private final Map<WireKind, MessageWire> byKind = new EnumMap<>(WireKind.class);

  BusCodec(TimeSource time) {
    this.wires =
        List.of(
            new RequestWire(time),
            new ReplyWire(),
            new ReplicaWire(time),
            new CoordinatorWire(time),
            new ControllerWire(time),
            new HelloWire(),
            new MetadataLogWire());
    for (MessageWire wire : wires) {
      for (WireKind kind : wire.kinds()) {
        if (byKind.put(kind, wire) != null) {
          throw new IllegalStateException("two families write frames of kind " + kind);
        }
      }
    }
  }

  @Override
  public BusMessage transform(BusMessage message) {
    return message instanceof Parcel parcel ? parcel.message() : message;
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    if (message instanceof Parcel parcel) {
      encodeParcel(buffer, parcel);
    } else {
      encode(buffer, message);
    }
  }

  private void encodeParcel(Buffer out, Parcel parcel) {
    int start = out.length();
    parcel.open();
    try {
      encode(out, parcel.message());
    } catch (RuntimeException e) {
      parcel.encodingFailed(e);
      voidFrom(out, start);
    }
  }

  private void encode(Buffer out, BusMessage message) {
    if (message instanceof LoopMail mail) {
      encodeMail(out, mail);
    } else {
      wireOf(message).encode(out, message);
    }
  }

  private MessageWire wireOf(BusMessage message) {
    for (MessageWire wire : wires) {
      if (wire.writes(message)) {
        return wire;
      }
    }
    throw new IllegalStateException(
        message.getClass().getSimpleName() + " is a message within one node and never leaves it");
  }

  private void encodeMail(Buffer out, LoopMail mail) {
    appendHeader(out, WireKind.MAIL, NOTHING);
    out.appendInt(mail.replies().size());
    for (BusReply reply : mail.replies()) {
      int lengthAt = out.length();
      out.appendInt(0);
      encodeReply(out, reply);
      out.setInt(lengthAt, out.length() - lengthAt - Integer.BYTES);
    }
  }

  private void encodeReply(Buffer out, BusReply reply) {
    int start = out.length();
    try {
      wireOf(reply).encode(out, reply);
    } catch (RuntimeException e) {
      LOG.error(
          "a reply to another node could not be written: {}", reply.getClass().getSimpleName(), e);
      voidFrom(out, start);
    }
  }

  /** Makes what was written from here on a frame that says nothing; a buffer only grows. */
  private static void voidFrom(Buffer out, int start) {
    while (out.length() < start + HEADER_BYTES) {
      out.appendByte((byte) 0);
    }
    out.setByte(start, VERSION);
    out.setByte(start + 1, (byte) WireKind.VOID.id());
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

  /**
   * Appends the records of a slice, in pieces.
   *
   * @throws UncheckedIOException if they cannot be read
   */
  static void appendRecords(Buffer out, RecordSlice slice) {
    appendInPieces(out, slice.sizeBytes(), (target, position) -> read(slice, target, position));
  }

  private static int read(RecordSlice slice, ByteBuffer target, int position) {
    try {
      int count = slice.read(target, position);
      if (count <= 0) {
        throw new IOException("a slice of " + slice.sizeBytes() + " bytes ended at " + position);
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException("records could not be sent to another node", e);
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
    WireKind kind = readKind(frame);
    ByteBuf envelope = readSlice(frame, frame.readInt());
    MessageWire wire = byKind.get(kind);
    BusMessage message;
    if (wire != null) {
      message = wire.decode(kind, envelope, frame);
    } else if (kind == WireKind.MAIL && mailAllowed) {
      message = decodeMail(frame);
    } else {
      throw WireFormatError.of("a frame of kind %s".formatted(kind));
    }
    if (envelope.isReadable() || frame.isReadable()) {
      throw WireFormatError.of(
          "%s bytes are left behind a message"
              .formatted(envelope.readableBytes() + frame.readableBytes()));
    }
    return message;
  }

  private static WireKind readKind(ByteBuf frame) {
    if (frame.readableBytes() < HEADER_BYTES) {
      throw WireFormatError.of(
          "a message of %s bytes, expected at least %s"
              .formatted(frame.readableBytes(), HEADER_BYTES));
    }
    byte version = frame.readByte();
    if (version != VERSION) {
      throw WireFormatError.of("message version %s, expected %s".formatted(version, VERSION));
    }
    return WireKind.of(frame.readByte());
  }

  private LoopMail decodeMail(ByteBuf frame) {
    int count = frame.readableBytes() < Integer.BYTES ? -1 : frame.readInt();
    if (count < 0 || count > frame.readableBytes() / (Integer.BYTES + HEADER_BYTES)) {
      throw WireFormatError.of("%s replies in %s bytes".formatted(count, frame.readableBytes()));
    }
    List<BusReply> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = frame.readableBytes() < Integer.BYTES ? -1 : frame.readInt();
      ByteBuf reply = readSlice(frame, length);
      if (isVoid(reply)) {
        continue;
      }
      if (!(decode(reply, false) instanceof BusReply read)) {
        throw WireFormatError.of("mail holds something else than replies");
      }
      all.add(read);
    }
    return new LoopMail(all);
  }

  private static boolean isVoid(ByteBuf frame) {
    return frame.readableBytes() >= HEADER_BYTES
        && frame.getByte(frame.readerIndex() + 1) == WireKind.VOID.id();
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
