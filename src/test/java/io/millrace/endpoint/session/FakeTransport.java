package io.millrace.endpoint.session;

import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Keeps what a session writes, as its client would read it. */
final class FakeTransport implements SessionTransport {
  private final WireFormat format;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
  final List<byte[]> frames = new ArrayList<>();
  boolean writable = true;
  boolean lasting = true;
  boolean overfull;
  boolean reading = true;
  int pings;
  CloseCode closedWith;

  /** The socket is full after so many more messages; -1 for never. */
  int messagesUntilFull = -1;

  FakeTransport(WireFormat format) {
    this.format = format;
  }

  @Override
  public ByteBuf newFrame(int sizeHintBytes) {
    return PooledByteBufAllocator.DEFAULT.directBuffer(sizeHintBytes);
  }

  @Override
  public void write(ByteBuf frame) {
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    frame.release();
    frames.add(bytes);
    if (messagesUntilFull > 0 && --messagesUntilFull == 0) {
      writable = false;
    }
  }

  @Override
  public void write(ByteBuf head, ByteBuf body) {
    head.writeBytes(body);
    body.release();
    write(head);
  }

  @Override
  public void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    ByteBuffer bytes = ByteBuffer.allocate(sizeBytes);
    try {
      slice.read(bytes, position);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      slice.release();
    }
    head.writeBytes(bytes.flip());
    write(head);
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public boolean isOverfull() {
    return overfull;
  }

  @Override
  public void setReading(boolean reading) {
    this.reading = reading;
  }

  @Override
  public void ping() {
    pings++;
  }

  @Override
  public boolean isLasting() {
    return lasting;
  }

  @Override
  public void close(CloseCode code, String reason) {
    closedWith = code;
  }

  /** The messages written since the last call, in Avro. */
  List<SpecificRecord> take() {
    List<SpecificRecord> messages = new ArrayList<>();
    frames.forEach(frame -> messages.add(codec.decode(format, ByteBuffer.wrap(frame))));
    frames.clear();
    return messages;
  }

  /** The messages written since the last call, as text. */
  List<String> takeText() {
    List<String> texts = new ArrayList<>();
    frames.forEach(frame -> texts.add(new String(frame, StandardCharsets.UTF_8)));
    frames.clear();
    return texts;
  }
}
