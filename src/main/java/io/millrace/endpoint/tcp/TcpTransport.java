package io.millrace.endpoint.tcp;

import io.millrace.endpoint.FrameSocket;
import io.millrace.endpoint.session.CloseCode;
import io.millrace.endpoint.session.SessionTransport;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;

/**
 * A session's messages as frames of a socket.
 *
 * <p>Threading: its socket's event loop.
 */
final class TcpTransport implements SessionTransport {
  private final FrameSocket socket;
  private final byte[] pingMessage;

  /**
   * @param pingMessage an encoded ping, without its length
   */
  TcpTransport(FrameSocket socket, byte[] pingMessage) {
    this.socket = socket;
    this.pingMessage = pingMessage;
  }

  @Override
  public ByteBuf newFrame(int sizeHintBytes) {
    return socket.newFrame(sizeHintBytes);
  }

  @Override
  public void write(ByteBuf frame) {
    socket.write(frame);
  }

  @Override
  public void write(ByteBuf head, ByteBuf body) {
    socket.begin(head, body.readableBytes());
    socket.append(body);
  }

  @Override
  public void write(ByteBuf head, RecordSlice slice, int position, int sizeBytes) {
    socket.begin(head, sizeBytes);
    socket.append(slice, position, sizeBytes);
  }

  @Override
  public boolean isWritable() {
    return socket.isWritable();
  }

  @Override
  public boolean isOverfull() {
    return socket.isOverfull();
  }

  @Override
  public void setReading(boolean reading) {
    socket.setReading(reading);
  }

  @Override
  public void ping() {
    socket.write(newFrame(pingMessage.length).writeBytes(pingMessage));
  }

  @Override
  public boolean isLasting() {
    return true;
  }

  @Override
  public void close(CloseCode code, String reason) {
    socket.close();
  }
}
