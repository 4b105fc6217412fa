package io.millrace.server;

import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Error;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** A plain socket that speaks the stream protocol. */
final class AvroConnection implements AutoCloseable {
  private static final int TIMEOUT_MS = 30_000;

  private final Socket socket;
  private final DataInputStream in;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);

  AvroConnection(int port, String clientId) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(TIMEOUT_MS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    ask(new Hello(1, 1, clientId, List.of()), Welcome.class);
  }

  synchronized void send(SpecificRecord message) throws IOException {
    ByteBuf frame = Unpooled.buffer().writeInt(0);
    new MessageCodec(DecodeLimits.DEFAULT).encode(WireFormat.AVRO, message, frame);
    frame.setInt(0, frame.readableBytes() - Integer.BYTES);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** The next message that is no ping. */
  SpecificRecord read() throws IOException {
    while (true) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      SpecificRecord message = codec.decode(WireFormat.AVRO, ByteBuffer.wrap(bytes));
      if (!(message instanceof Ping)) {
        return message;
      }
    }
  }

  /** Sends a request and waits for its answer; the connection has nothing else to read. */
  <T> T ask(SpecificRecord request, Class<T> answer) throws IOException {
    send(request);
    SpecificRecord message = read();
    if (message instanceof Error error) {
      throw new AssertionError(error);
    }
    return answer.cast(message);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
