package io.millrace.endpoint.tcp;

import io.millrace.protocol.stream.DecodeLimits;
import io.millrace.protocol.stream.MessageCodec;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Subscribe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;

/** A client on a plain socket. */
final class RawClient implements AutoCloseable {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);
  final Socket socket;
  private final MessageCodec codec = new MessageCodec(DecodeLimits.DEFAULT);
  private final DataInputStream in;

  RawClient(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** A client that has said hello and been welcomed. */
  static RawClient greeted(int port) throws IOException {
    return greeted(new Socket("127.0.0.1", port));
  }

  static RawClient greeted(Socket socket) throws IOException {
    RawClient client = new RawClient(socket);
    client.send(new Hello(1, 1, "raw", List.of()));
    client.read();
    return client;
  }

  byte[] frame(SpecificRecord message) {
    ByteBuf frame = Unpooled.buffer().writeInt(0);
    codec.encode(WireFormat.AVRO, message, frame);
    frame.setInt(0, frame.readableBytes() - Integer.BYTES);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    return bytes;
  }

  void send(SpecificRecord message) throws IOException {
    sendBytes(frame(message));
  }

  void sendBytes(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  void produce(long requestId, String topic, String value) throws IOException {
    PlainRecord record =
        new PlainRecord(
            null, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), List.of(), null, null);
    send(new ProduceRecords(requestId, topic, List.of(record), -1, 0));
  }

  void subscribe(int streamId, String topic, long creditRecords, long creditBytes)
      throws IOException {
    send(
        new Subscribe(
            streamId,
            List.of(topic),
            null,
            List.of(),
            "earliest",
            List.of(),
            null,
            null,
            null,
            creditRecords,
            creditBytes,
            "wait",
            "earliest",
            null,
            null,
            0,
            null,
            null,
            5_000,
            300_000,
            60_000));
  }

  /** The next message that is no ping. */
  SpecificRecord read() throws IOException {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (System.nanoTime() - deadline < 0) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      SpecificRecord message = codec.decode(WireFormat.AVRO, ByteBuffer.wrap(bytes));
      if (!(message instanceof Ping)) {
        return message;
      }
    }
    throw new SocketTimeoutException("nothing but pings came");
  }

  /** The next message of this class; others before it are passed over. */
  <T extends SpecificRecord> T read(Class<T> type) throws IOException {
    while (true) {
      SpecificRecord message = read();
      if (type.isInstance(message)) {
        return type.cast(message);
      }
      if (message instanceof io.millrace.protocol.stream.message.Error error) {
        throw new AssertionError("instead of " + type + " came " + error);
      }
    }
  }

  /** Reads records up to this offset; how many bytes of batches came. */
  long readUntil(long nextOffset) throws IOException {
    long sizeBytes = 0;
    while (true) {
      Records records = read(Records.class);
      sizeBytes += records.getBatches().remaining();
      if (records.getNextOffset() >= nextOffset) {
        return sizeBytes;
      }
    }
  }

  /** Whether the server has closed the connection; fails if it does not in time. */
  boolean isAtEnd() throws IOException {
    try {
      read();
      return false;
    } catch (EOFException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
