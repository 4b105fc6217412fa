package io.millrace.cli;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A NATS server as what {@code bench fanout} compares with: a subject that a JetStream stream
 * stores in files, and every message acknowledged by it. It knows only what it needs of the
 * protocol.
 *
 * <p>Threading: the command's; answers are read on a thread of its own.
 */
final class FanoutNats implements FanoutSink {
  private static final String STREAM = "FANOUT";
  private static final String INBOX = "_INBOX.fanout";
  private static final String CONNECT =
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"java\",\"version\":\"0\"}\r\n";
  private static final int TIMEOUT_MS = 10_000;
  private static final long LOOK_NANOS = 100_000;

  private final Socket socket;
  private final String subject;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong answered = new AtomicLong();
  private volatile boolean closed;
  private long asked;

  private FanoutNats(Socket socket, String subject) {
    this.socket = socket;
    this.subject = subject;
  }

  /**
   * Connects, and makes the stream.
   *
   * @throws StreamException CONNECTION_LOST if nobody listens
   */
  static FanoutNats open(InetSocketAddress address, String subject) {
    FanoutNats nats = new FanoutNats(new Socket(), subject);
    try {
      nats.start(address);
      return nats;
    } catch (IOException e) {
      nats.close();
      throw new StreamException(
          ErrorCode.CONNECTION_LOST,
          "no NATS server answers at " + address + " (" + e.getMessage() + ")",
          e);
    } catch (RuntimeException e) {
      nats.close();
      throw e;
    }
  }

  private void start(InetSocketAddress address) throws IOException {
    socket.connect(address, TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    write(CONNECT + "SUB " + INBOX + " 1\r\n");
    Thread reader = new Thread(this::readAnswers, "fanout-nats");
    reader.setDaemon(true);
    reader.start();
    String stream =
        "{\"name\":\"%s\",\"subjects\":[\"%s\"],\"storage\":\"file\",\"retention\":\"limits\"}";
    publish("$JS.API.STREAM.CREATE." + STREAM, ascii(stream.formatted(STREAM, subject)));
    flush();
  }

  /**
   * Consumers by the server's WebSocket.
   *
   * @param jetStream whether each is a consumer of the stream, else a subscriber of its subject
   */
  static FanoutTarget target(InetSocketAddress address, String subject, boolean jetStream) {
    return new FanoutTarget(
        address,
        FanoutTarget.upgrade(address, "/", ""),
        false,
        1,
        number -> frame(jetStream ? consumer(number) : "SUB " + subject + " 1\r\n"));
  }

  /** A push consumer of what comes from now on; the answer comes to where its messages do. */
  private static String consumer(int number) {
    String to = "fanout.deliver." + number;
    String config =
        "{\"stream_name\":\"%s\",\"config\":{\"deliver_subject\":\"%s\",\"deliver_policy\":\"new\",\"ack_policy\":\"none\"}}"
            .formatted(STREAM, to);
    return "SUB %s 1\r\nPUB $JS.API.CONSUMER.CREATE.%s %s %d\r\n%s\r\n"
        .formatted(to, STREAM, to, config.length(), config);
  }

  /** A binary frame with an empty mask, which is a mask too. */
  private static byte[] frame(String commands) {
    byte[] payload = ascii(CONNECT + commands);
    ByteBuffer frame = ByteBuffer.allocate(8 + payload.length);
    frame.put((byte) 0x82).put((byte) (0x80 | 126)).putShort((short) payload.length).putInt(0);
    return frame.put(payload).array();
  }

  @Override
  public void send(int partition, byte[] value) {
    try {
      publish(subject, value);
    } catch (IOException e) {
      throw new IllegalStateException("a message was not sent: " + e.getMessage(), e);
    }
  }

  private void publish(String to, byte[] payload) throws IOException {
    requireHealthy();
    ByteArrayOutputStream command = new ByteArrayOutputStream();
    command.writeBytes(ascii("PUB " + to + " " + INBOX + " " + payload.length + "\r\n"));
    command.writeBytes(payload);
    command.writeBytes(ascii("\r\n"));
    asked++;
    write(command.toByteArray());
  }

  private void write(String commands) throws IOException {
    write(ascii(commands));
  }

  private synchronized void write(byte[] commands) throws IOException {
    socket.getOutputStream().write(commands);
  }

  @Override
  public void flush() {
    long begun = System.nanoTime();
    while (answered.get() < asked) {
      requireHealthy();
      if (System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS)) {
        throw new IllegalStateException(
            "%d messages were not acknowledged".formatted(asked - answered.get()));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    requireHealthy();
  }

  private void requireHealthy() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException("NATS: " + cause.getMessage(), cause);
    }
  }

  private void readAnswers() {
    try {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        onLine(line(in), in);
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        failure.compareAndSet(null, e);
      }
    }
  }

  private void onLine(String line, InputStream in) throws IOException {
    if (line.startsWith("MSG ")) {
      int size = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
      String answer = new String(in.readNBytes(size + 2), StandardCharsets.UTF_8);
      if (answer.contains("\"error\"")) {
        throw new IOException("it answered " + answer.strip());
      }
      answered.incrementAndGet();
    } else if (line.equals("PING")) {
      write("PONG\r\n");
    } else if (line.startsWith("-ERR")) {
      throw new IOException("it says " + line);
    }
  }

  /** Without its end. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    closed = true;
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing a socket", e);
    }
  }
}
